package dev.kiln.testing.guarantee;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What builds leave on a machine in addition to their files: processes, mounts, control groups. */
final class Traces {

    private static final Path GROUPS = Path.of("/sys/fs/cgroup");

    private Traces() {}

    /** A sentence for each trace of a build below the directory, which is inside an engine's directory. */
    static List<String> of(Path builds) {
        var traces = new ArrayList<String>();
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .forEach(process -> {
                    var files = Path.of("/proc", Long.toString(process.pid()));
                    if (text(files.resolve("cmdline")).contains(builds + "/")) {
                        traces.add("process " + process.pid() + " was left behind in " + builds);
                    }
                    if (text(files.resolve("mountinfo")).contains(builds + "/")) {
                        traces.add("process " + process.pid() + " sees a mount of " + builds);
                    }
                });
        traces.addAll(groups(builds.resolveSibling("place")));
        return traces;
    }

    private static List<String> groups(Path place) {
        if (!Files.isSymbolicLink(place)) {
            return List.of();
        }
        try (var groups = Files.walk(GROUPS, 6)) {
            var prefix = "kiln-" + Files.readSymbolicLink(place) + "-";
            return groups.filter(group -> group.getFileName().toString().startsWith(prefix))
                    .map(group -> "control group " + group + " was left behind")
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of("control groups cannot be read: " + e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it ended meanwhile
        }
    }
}
