package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Processes of this machine that run {@code /bin/sleep}, told apart by how long they mean to: two classes run at a
 * time, so each has a number of its own. By its path, because some shells of busybox do what {@code sleep} does
 * themselves.
 */
final class Sleepers {

    private Sleepers() {}

    static long count(int seconds) {
        return all(seconds).count();
    }

    static Stream<ProcessHandle> all(int seconds) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).endsWith("sleep\0" + seconds + "\0"));
    }

    /** Program and arguments, each ended by a NUL. */
    static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it ended meanwhile
        }
    }
}
