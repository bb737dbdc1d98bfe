package dev.kiln.bench.system;

import dev.kiln.embedded.BoundProcess;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Java process of its own. */
public final class JavaProgram implements Closeable {

    // One that makes a cache of its classes does so at its end, which takes long.
    private static final long SECONDS_TO_END = 240;

    private final Process process;
    private final Path log;

    /**
     * What is started.
     *
     * @param options of the virtual machine
     * @param main the class and its arguments
     */
    public record Launch(
            List<String> options, List<String> main, String classPath, Map<String, String> environment, Path log) {

        /** The same with more options. */
        public Launch with(List<String> more) {
            var all = new ArrayList<>(options);
            all.addAll(more);
            return new Launch(all, main, classPath, environment, log);
        }
    }

    public JavaProgram(Launch launch) throws IOException {
        this.log = launch.log();
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(launch.options());
        command.addAll(launch.main());
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("KILN_"));
        builder.environment().put("CLASSPATH", launch.classPath());
        builder.environment().putAll(launch.environment());
        this.process = BoundProcess.start(builder, "KILL");
    }

    /** Fails when it has ended. */
    public void checkAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("a process ended with status " + process.exitValue() + ", see " + log);
        }
    }

    /** What it holds in memory now, in MiB. */
    public double residentMebibytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0)
                    .findFirst()
                    .orElseThrow(() -> new IOException("the kernel does not tell the memory of " + process.pid()));
        }
    }

    /** Asks it to end, and kills it if it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
