package dev.kiln.worker.engine;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Processes of this machine that show a file system of a disk to a sandbox. */
final class FuseServers {

    // One that was stopped while its sandbox ended is gone after a few.
    private static final int LOOKS = 20;

    private FuseServers() {}

    static long count() {
        return all().count();
    }

    /** Stops one: true once it is known to hang, and to stay; false when what begins them is over before. */
    static boolean stopOne(BooleanSupplier over) {
        var looks = new AtomicInteger();
        signalUntil("STOP", () -> {
            var hangs = all().anyMatch(FuseServers::hangs);
            return looks.updateAndGet(number -> hangs ? number + 1 : 0) >= LOOKS || over.getAsBoolean();
        });
        return looks.get() >= LOOKS;
    }

    /** Sends a signal to all of them, again and again. */
    static void signalUntil(String name, BooleanSupplier end) {
        await().pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(30))
                .until(() -> {
                    for (var server : all().toList()) {
                        new ProcessBuilder("kill", "-" + name, Long.toString(server.pid()))
                                .start()
                                .waitFor();
                    }
                    return end.getAsBoolean();
                });
    }

    private static boolean hangs(ProcessHandle server) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(server.pid()), "stat"))
                    .contains(") T ");
        } catch (IOException e) {
            return false; // it ended meanwhile
        }
    }

    private static Stream<ProcessHandle> all() {
        return ProcessHandle.allProcesses()
                .filter(process -> Sleepers.commandLine(process).startsWith("fuse2fs\0"));
    }
}
