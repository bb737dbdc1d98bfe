package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Processes that hold a disk mounted, and what the kernel knows of that. */
final class HeldDisk {

    private HeldDisk() {}

    /** Kills a process once it sleeps for so many seconds with a disk mounted from the place or in it. */
    static void kill(Class<?> main, int sleep, Path place, Path disk) throws Exception {
        var said = place.resolveSibling("said");
        var worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        place.toString(),
                        disk.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                assertThat(worker.isAlive()).as(Files.readString(said)).isTrue();
                return Sleepers.count(sleep) == 1;
            });
            assertThat(loops(place)).isNotEmpty();
        } finally {
            worker.destroyForcibly();
        }

        await().atMost(Duration.ofSeconds(5)).until(() -> Sleepers.count(sleep) == 0);
        await().atMost(Duration.ofSeconds(5)).until(() -> loops(place).isEmpty());
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(place.toString());
    }

    static String loops(Path place) throws Exception {
        return SystemDisk.run("losetup", "--list", "--noheadings", "--output", "BACK-FILE")
                .lines()
                .filter(line -> line.contains(place.toString()))
                .findFirst()
                .orElse("");
    }
}
