package dev.kiln.faults.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the processes of one release are made of.
 *
 * @param name told apart by it in files and on the screen
 * @param entries of its class path, the modules in the order in which they count
 */
record Release(String name, List<String> entries) {

    /** The release that this program belongs to. */
    static Release current() {
        return new Release(
                "current", List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)));
    }

    /** The release whose sources are in the directory, and are built there. */
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
