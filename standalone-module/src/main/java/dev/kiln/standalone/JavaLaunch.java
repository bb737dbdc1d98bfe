package dev.kiln.standalone;

import dev.kiln.embedded.BoundProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * How to start one of Kiln's own Java processes: it ends when this JVM ends, uses the same Java, and appends its output
 * to a log.
 *
 * @param options options of the virtual machine
 * @param main the class and its arguments
 * @param environment added to this JVM's environment, from which Kiln's settings are removed
 */
public record JavaLaunch(
        List<String> options, List<String> main, String classPath, Map<String, String> environment, Path log) {

    /**
     * An application's properties as environment variables. They include secrets, and unlike a command line the
     * environment can be read only by the same user.
     */
    public static Map<String, String> settings(Map<String, String> properties) {
        return Map.of("SPRING_APPLICATION_JSON", new JsonMapper().writeValueAsString(properties));
    }

    /** This launch with more options. */
    public JavaLaunch with(List<String> more) {
        var all = new ArrayList<>(options);
        all.addAll(more);
        return new JavaLaunch(all, main, classPath, environment, log);
    }

    /**
     * Starts the process.
     *
     * @param signal the signal that it gets when this JVM is gone, for example {@code TERM}
     */
    public Process start(String signal) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(main);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("KILN_"));
        builder.environment().put("CLASSPATH", classPath);
        // Otherwise glibc reserves memory for each of many threads, some 50 MiB in total.
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.environment().putAll(environment);
        return BoundProcess.start(builder, signal);
    }

    /** Asks a process to end, and kills it if it does not end in time. */
    public static void end(Process process, long seconds) {
        process.destroy();
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
