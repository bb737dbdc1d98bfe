package dev.kiln.standalone;

import dev.kiln.worker.WorkerApplication;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A worker in its own process, restarted with growing pauses whenever it ends by itself. */
final class WorkerProcess implements Closeable {

    // Without the keys and secrets of the API.
    private static final Pattern FOR_WORKERS =
            Pattern.compile("KILN_((WORKER|ENGINE|MACHINE|MANAGEMENT|LOGS|TRACING)_.*|LOG_FORMAT)");

    private static final long SECONDS_TO_START = 180;
    // Longer than the worker's kiln.worker.stop-grace and kiln.engine.packer-grace together; up takes no drain-grace.
    private static final long SECONDS_TO_STOP = 40;
    private static final long LONGEST_PAUSE = 30;
    private static final long SECONDS_OF_A_GOOD_RUN = 60;

    private final String name;
    private final Map<String, String> properties;
    private final DataDirectory data;
    private final Console console;
    private final Thread supervisor;
    private volatile Process process;
    private volatile boolean stopping;

    private WorkerProcess(String name, Map<String, String> properties, DataDirectory data, Console console)
            throws IOException {
        this.name = name;
        this.properties = properties;
        this.data = data;
        this.console = console;
        this.process = launchProcess();
        this.supervisor = new Thread(this::supervise, name + "-supervisor");
        supervisor.setDaemon(true);
    }

    /**
     * Starts the worker.
     *
     * @param properties the application's properties
     */
    static WorkerProcess launch(String name, Map<String, String> properties, DataDirectory data, Console console)
            throws IOException {
        return new WorkerProcess(name, properties, data, console);
    }

    /** Returns when the worker is ready, and from then on restarts it whenever it ends. */
    void await() throws IOException {
        awaitReady();
        supervisor.start();
    }

    /** Asks it to end, without waiting. */
    void askToEnd() {
        stopping = true;
        supervisor.interrupt();
        process.destroy();
    }

    /** Asks it to end, and kills it if it does not end in time. */
    @Override
    public void close() {
        askToEnd();
        JavaLaunch.end(process, SECONDS_TO_STOP);
    }

    private Process launchProcess() throws IOException {
        Files.deleteIfExists(data.readyFile(name));
        return new JavaLaunch(
                        options(),
                        List.of(WorkerApplication.class.getName()),
                        classPath(),
                        environment(System.getenv()),
                        data.log(name))
                .start("TERM");
    }

    /** The properties, which take precedence, and what the operator has set for workers. */
    private Map<String, String> environment(Map<String, String> own) {
        var environment = new HashMap<>(JavaLaunch.settings(properties));
        own.forEach((name, value) -> {
            if (FOR_WORKERS.matcher(name).matches()) {
                environment.put(name, value);
            }
        });
        return environment;
    }

    /** The options of this JVM, except for those of its memory. */
    private static List<String> options() {
        var options = new ArrayList<String>();
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(WorkerProcess::isForWorkersToo)
                .forEach(options::add);
        options.add("-Xms40m"); // the default would be a 64th of the machine's memory
        options.add("-Xmx256m");
        options.add("-XX:+ExitOnOutOfMemoryError"); // it is restarted; going on with half of its threads would be worse
        return options;
    }

    private static boolean isForWorkersToo(String option) {
        var tuning = option.startsWith("-X") && !option.startsWith("-Xmx");
        return tuning || option.startsWith("--enable-native-access");
    }

    /** The class path without the API, which has its own application.yml and beans. */
    private static String classPath() {
        var entries = System.getProperty("java.class.path").split(File.pathSeparator, -1);
        return String.join(
                File.pathSeparator,
                List.of(entries).stream()
                        .filter(entry -> !isOfTheApi(Path.of(entry)))
                        .toList());
    }

    /** Whether the entry is the API's jar, or the classes of its module: {@code api-module/target/classes}. */
    private static boolean isOfTheApi(Path entry) {
        return entry.getFileName().toString().startsWith("kiln-api-")
                || entry.endsWith(Path.of("api-module", "target", "classes"));
    }

    private void awaitReady() throws IOException {
        var ready = data.readyFile(name);
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        try {
            while (!Files.exists(ready)) {
                if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                    throw new IOException(name + " ended with status " + process.exitValue()
                            + " before it was ready; the end of its log:\n" + endOfLog());
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            name + " was not ready within " + SECONDS_TO_START + " s, see " + data.log(name));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " was starting", e);
        }
    }

    private void supervise() {
        var pause = 1L;
        try {
            while (!stopping) {
                var begun = System.nanoTime();
                var status = process.waitFor();
                if (stopping) {
                    return;
                }
                pause = lasted(begun) ? 1 : Math.min(pause * 2, LONGEST_PAUSE);
                console.say(
                        "  ! " + name + " ended with status " + status + "; it is started again in " + pause + " s");
                TimeUnit.SECONDS.sleep(pause);
                relaunch();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void relaunch() {
        try {
            process = launchProcess();
        } catch (IOException e) {
            console.say("  ! " + name + " could not be started: " + e.getMessage());
        }
        if (stopping) {
            JavaLaunch.end(process, SECONDS_TO_STOP);
        }
    }

    private static boolean lasted(long begun) {
        return System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(SECONDS_OF_A_GOOD_RUN);
    }

    private String endOfLog() throws IOException {
        var lines =
                Files.readString(data.log(name), StandardCharsets.UTF_8).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }
}
