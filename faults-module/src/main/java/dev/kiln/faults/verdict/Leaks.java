package dev.kiln.faults.verdict;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What builds left on the machine although they should have left nothing: processes, mounts, control groups. */
final class Leaks {

    private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");
    private static final int DEPTH = 4;

    private final Path engine;
    private final Set<String> executions;

    Leaks(Path engine, Set<String> executions) {
        this.engine = engine;
        this.executions = executions;
    }

    List<String> found() {
        var found = new ArrayList<String>();
        found.addAll(processes());
        found.addAll(mounts());
        found.addAll(groups());
        return found;
    }

    // The workers themselves have the directory only in their environment.
    private List<String> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process.pid()).contains(engine.toString()))
                .map(process -> "process " + process.pid() + " of a build is left: "
                        + commandLine(process.pid()).replace('\0', ' '))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private List<String> mounts() {
        try (var lines = Files.lines(Path.of("/proc/mounts"))) {
            return lines.filter(line -> line.contains(engine.toString()))
                    .map(line -> "a mount is left: " + line)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> groups() {
        if (!Files.isDirectory(CONTROL_GROUPS)) {
            return List.of();
        }
        try (Stream<Path> directories = Files.find(
                CONTROL_GROUPS,
                DEPTH,
                (path, attributes) -> attributes.isDirectory()
                        && executions.stream().anyMatch(path.getFileName().toString()::contains))) {
            return directories
                    .map(directory -> "control group " + directory + " is left")
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // one disappeared while we looked
        }
    }
}
