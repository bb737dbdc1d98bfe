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
 * How a Java process of Kiln's own is started: it ends when this JVM ends, has the same Java as this JVM, and appends
 * what it says to a log.
 *
 * @param options of the virtual machine
 * @param main the class and its arguments
 * @param environment in addition to this JVM's, without what configures Kiln there
 */
public record JavaLaunch(
        List<String> options, List<String> main, String classPath, Map<String, String> environment, Path log) {

    /**
     * An application's properties as environment. Secrets are among them, and unlike a command line the environment can
     * be read by the same user only.
     */
    public static Map<String, String> settings(Map<String, String> properties) {
        return Map.of("SPRING_APPLICATION_JSON", new JsonMapper().writeValueAsString(properties));
    }

    /** The same with more options. */
    public JavaLaunch with(List<String> more) {
        var all = new ArrayList<>(options);
        all.addAll(more);
        return new JavaLaunch(all, main, classPath, environment, log);
    }

    /**
     * Starts it.
     *
     * @param signal what it gets when this JVM is gone, for example {@code TERM}
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
        // glibc keeps memory for each of many threads otherwise, some 50 MiB of it.
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.environment().putAll(environment);
        return BoundProcess.start(builder, signal);
    }

    /** Asks a process to end, and kills it if it does not in time. */
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
