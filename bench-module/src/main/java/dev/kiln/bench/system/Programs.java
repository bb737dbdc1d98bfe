package dev.kiln.bench.system;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of the machine, and the location of Kiln's own.
 *
 * @param home directory of the built project
 */
public record Programs(Path home) {

    /** The program's path, if it is installed. */
    public Optional<Path> find(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Runs it and returns its output; throws with the output when it fails. */
    public String run(Map<String, String> environment, List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        var process = builder.start();
        try (var output = process.getInputStream()) {
            var said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * The jars of a Kiln process in production, without those of the peers.
     *
     * @param without module to leave out
     */
    public String classPath(String first, String without) throws IOException {
        var libraries = home.resolve(Path.of("standalone-module", "target", "lib"));
        try (var files = Files.list(libraries)) {
            var jars = files.map(Path::toString)
                    .filter(jar -> !jar.contains("/kiln-" + without + "-"))
                    // Its application.yml takes precedence.
                    .sorted((one, other) -> Boolean.compare(
                            other.contains("/kiln-" + first + "-"), one.contains("/kiln-" + first + "-")))
                    .toList();
            return String.join(File.pathSeparator, jars);
        }
    }
}
