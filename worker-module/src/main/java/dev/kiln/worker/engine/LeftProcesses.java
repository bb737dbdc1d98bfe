package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Processes of a build whose worker is gone, recognised by the scratch directory in their command lines. */
final class LeftProcesses {

    private LeftProcesses() {}

    /** Ends all processes of the matching runs that have their scratch space in this directory. */
    static void end(Path directory, Predicate<String> run) {
        ProcessHandle.allProcesses()
                .filter(process -> belongs(process.pid(), directory + "/", run))
                .forEach(ProcessHandle::destroyForcibly);
    }

    /** The names of builds in a directory that still have processes. */
    static Set<String> names(Path builds) {
        var prefix = builds + "/";
        return ProcessHandle.allProcesses()
                .flatMap(process -> arguments(process.pid()).stream())
                .filter(argument -> argument.startsWith(prefix))
                .map(argument -> argument.substring(prefix.length()).split("/", 2)[0])
                .collect(Collectors.toSet());
    }

    private static boolean belongs(long pid, String prefix, Predicate<String> run) {
        return arguments(pid).stream()
                .anyMatch(argument -> argument.startsWith(prefix) && run.test(argument.substring(prefix.length())));
    }

    /** The command line, if it is a sandbox's. */
    private static List<String> arguments(long pid) {
        try {
            var line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
            return line.contains("\0kiln\0") ? Arrays.asList(line.split("\0", -1)) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
