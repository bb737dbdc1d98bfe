package dev.kiln.faults.cluster;

import dev.kiln.standalone.JavaLaunch;
import java.io.Closeable;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Java process that can be killed or frozen at any time, and is restarted after a pause whenever it ends. */
public final class JavaProcess implements Closeable {

    private static final long NANOS_BEFORE_RESTART = TimeUnit.SECONDS.toNanos(1);
    private static final long SECONDS_TO_END = 60;

    // As a URL: a previous release has no such file on its class path.
    private static final URL LOG_SETTINGS =
            Objects.requireNonNull(JavaProcess.class.getResource("/logback-faults.xml"), "logback-faults.xml");

    private final String name;
    private final Launch launch;
    private @Nullable Process process;
    private boolean stopped;
    private boolean closed;
    private long startAt;

    /**
     * What to start.
     *
     * @param ready file that the process creates when it is ready; deleted before each start
     */
    record Launch(JavaLaunch java, @Nullable Path ready) {}

    JavaProcess(String name, Launch launch) {
        this.name = name;
        this.launch = launch;
    }

    public String name() {
        return name;
    }

    synchronized void start() throws IOException {
        if (closed) {
            return;
        }
        if (launch.ready() != null) {
            Files.deleteIfExists(launch.ready());
        }
        stopped = false;
        process = launch.java().start("KILL");
    }

    /**
     * The options of every process of the cluster.
     *
     * @param classes archive of loaded classes that shortens starts; written when a process ends in an orderly way
     */
    static List<String> options(Path classes) {
        return List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // Lets Java 17 ignore the next option, which it does not know.
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+AutoCreateSharedArchive",
                "-Xlog:disable",
                "-XX:SharedArchiveFile=" + classes,
                "-Dlogback.configurationFile=" + LOG_SETTINGS);
    }

    /** Restarts it if it has ended and the pause is over. */
    synchronized void tend() throws IOException {
        var current = process;
        if (current == null || closed || current.isAlive()) {
            return;
        }
        if (startAt == 0) {
            startAt = System.nanoTime() + NANOS_BEFORE_RESTART;
        }
        if (System.nanoTime() - startAt >= 0) {
            startAt = 0;
            start();
        }
    }

    /** Kills it, returns when it is gone, and permits a restart after the pause. */
    public synchronized void kill(long millisDown) {
        var current = process;
        if (current != null) {
            current.destroyForcibly();
            current.onExit().join();
            startAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisDown);
        }
    }

    /** Suspends it, as if its machine had frozen. */
    public synchronized void freeze() throws IOException {
        if (process != null) {
            stopped = true;
            Signals.send(process.pid(), "STOP");
        }
    }

    /** Resumes it. */
    public synchronized void thaw() throws IOException {
        if (process != null && stopped) {
            stopped = false;
            Signals.send(process.pid(), "CONT");
        }
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    synchronized long pid() {
        return process == null ? -1 : process.pid();
    }

    /** Asks it to end in an orderly way and waits; throws when it does not end in time. */
    synchronized void end() throws IOException, InterruptedException {
        var current = process;
        if (current != null) {
            current.destroy();
            if (!current.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                throw new IOException(
                        name + " did not end, see " + launch.java().log());
            }
        }
    }

    /** Whether it runs and has reported that it is ready. */
    boolean isReady() {
        return isAlive() && launch.ready() != null && Files.exists(launch.ready());
    }

    Path log() {
        return launch.java().log();
    }

    /** Kills it for good. An orderly end would write the archive of classes, which nobody needs any more. */
    @Override
    public synchronized void close() {
        closed = true;
        var current = process;
        if (current != null) {
            current.destroyForcibly();
            current.onExit().join();
        }
    }
}
