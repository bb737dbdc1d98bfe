package dev.kiln.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Child processes that end when this JVM ends, even when it is killed: the kernel sends them a signal (if util-linux's
 * {@code setpriv} is installed to request it). They run in their own session, so that a Ctrl-C for this JVM does not
 * reach them before it stops them in its own order.
 */
public final class BoundProcess {

    /** The ordinary account for a server that refuses to run as root. */
    static final int NOBODY = 65534;

    // The kernel sends the signal when the thread that started the child ends, so one thread that never ends starts
    // all.
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(task -> {
        var thread = new Thread(task, "child-starter");
        thread.setDaemon(true);
        return thread;
    });

    private BoundProcess() {}

    /**
     * Starts the process that the builder describes.
     *
     * @param signal the signal that the child gets when this JVM is gone, for example {@code TERM}
     */
    public static Process start(ProcessBuilder builder, String signal) throws IOException {
        if (canBind()) {
            builder.command(prefixed(List.of("setpriv", "--pdeathsig=" + signal, "setsid"), builder.command()));
        }
        return startByStarter(builder);
    }

    /** Like {@link #start}, but as the account "nobody" when this JVM runs as root. */
    static Process startWithoutRoot(ProcessBuilder builder, String signal) throws IOException {
        if (!isRoot()) {
            return start(builder, signal);
        }
        if (!canBind()) {
            throw new IOException("PostgreSQL does not run as root and the program setpriv, which would start it as "
                    + "another user, is missing; install util-linux or start Kiln as an ordinary user");
        }
        var prefix = List.of(
                "setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                "--no-new-privs",
                "--pdeathsig=" + signal,
                "setsid");
        builder.command(prefixed(prefix, builder.command()));
        return startByStarter(builder);
    }

    /** Sends a signal by name, for example {@code INT}; does nothing when the process is already gone. */
    static void signal(long pid, String signal) throws IOException {
        var command = List.of("/bin/sh", "-c", "kill -" + signal + " " + pid + " 2>/dev/null || true");
        try {
            new ProcessBuilder(command).start().waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            throw new IllegalStateException("/proc is not mounted, so the user of this process is not known", e);
        }
    }

    private static Process startByStarter(ProcessBuilder builder) throws IOException {
        try {
            return STARTER.submit(builder::start).get();
        } catch (ExecutionException e) {
            throw new IOException("could not start " + builder.command().get(0) + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(
                    "interrupted while starting " + builder.command().get(0), e);
        }
    }

    private static boolean canBind() {
        return Stream.of("/usr/bin/setpriv", "/bin/setpriv").map(Path::of).anyMatch(Files::isExecutable);
    }

    private static List<String> prefixed(List<String> prefix, List<String> command) {
        var all = new ArrayList<>(prefix);
        all.addAll(command);
        return all;
    }
}
