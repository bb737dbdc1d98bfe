package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Processes of a build whose worker is gone, known by the scratch directory in their command lines. */
final class LeftProcesses {

    private LeftProcesses() {}

    /** Ends all of them. */
    static void end(Path scratch) {
        ProcessHandle.allProcesses()
                .filter(process -> belongs(process.pid(), scratch.toString()))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean belongs(long pid, String scratch) {
        try {
            var line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
            return line.contains("\0kiln\0")
                    && Arrays.asList(line.split("\0", -1)).contains(scratch);
        } catch (IOException e) {
            return false;
        }
    }
}
