package dev.kiln.faults.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The code that the processes of one release run.
 *
 * @param name identifies it in file names and on the screen
 * @param entries entries of its class path, with its modules in order of precedence
 */
record Release(String name, List<String> entries) {

    /** The release of this program. */
    static Release current() {
        return new Release(
                "current", List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)));
    }

    /** The release whose sources are in this directory and were built there. */
    static Release builtIn(Path checkout) throws IOException {
        var libraries = checkout.toAbsolutePath().resolve(Path.of("standalone-module", "target", "lib"));
        try (var jars = Files.list(libraries)) {
            return new Release("previous", jars.map(Path::toString).sorted().toList());
        }
    }

    /** The class path without these modules. */
    String classPath(List<String> without) {
        return String.join(
                File.pathSeparator,
                entries.stream()
                        .filter(entry -> without.stream().noneMatch(module -> isOf(Path.of(entry), module)))
                        .toList());
    }

    // A jar, or the classes of a module that was only compiled.
    private static boolean isOf(Path entry, String module) {
        return entry.getFileName().toString().startsWith("kiln-" + module + "-")
                || entry.endsWith(Path.of(module + "-module", "target", "classes"));
    }
}
