package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Mounts of this machine, whoever sees them. A sandbox has a mount namespace of its own, and what is mounted there no
 * other process sees: that it is gone shows only where those of all processes are looked at.
 */
final class Mounts {

    private Mounts() {}

    /** The lines of the kernel's lists that name the directory, as the place of a mount or as what is mounted. */
    static Set<String> naming(Path directory) {
        var found = new TreeSet<String>();
        ProcessHandle.allProcesses()
                .flatMap(Mounts::seenBy)
                .filter(line -> line.contains(directory.toString()))
                .forEach(found::add);
        return found;
    }

    private static Stream<String> seenBy(ProcessHandle process) {
        try {
            var list = Path.of("/proc", Long.toString(process.pid()), "mountinfo");
            return Files.readString(list, StandardCharsets.ISO_8859_1).lines();
        } catch (IOException e) {
            return Stream.of(); // it ended meanwhile
        }
    }
}
