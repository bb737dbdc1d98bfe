package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Processes that hold a disk mounted, and what the kernel knows of that. */
final class HeldDisk {

    private HeldDisk() {}

    /**
     * Kills a process once it sleeps for so many seconds with a disk mounted from the place or in it.
     *
     * @param more what it is told besides these
     */
    static void kill(Class<?> main, int sleep, Path place, Path disk, String... more) throws Exception {
        var said = place.resolveSibling("said");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var line = new ArrayList<>(List.of(java, "-cp", System.getProperty("java.class.path"), main.getName()));
        line.addAll(List.of(place.toString(), disk.toString()));
        line.addAll(List.of(more));
        var worker = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                assertThat(worker.isAlive()).as(Files.readString(said)).isTrue();
                return Sleepers.count(sleep) == 1;
            });
            assertThat(loops(place)).isNotEmpty();
            assertThat(Mounts.naming(place)).isNotEmpty();
        } finally {
            worker.destroyForcibly();
        }

        await().atMost(Duration.ofSeconds(5)).until(() -> Sleepers.count(sleep) == 0);
        await().atMost(Duration.ofSeconds(5)).until(() -> loops(place).isEmpty());
        await().atMost(Duration.ofSeconds(5)).until(() -> Mounts.naming(place).isEmpty());
    }

    static String loops(Path place) throws Exception {
        return SystemDisk.run("losetup", "--list", "--noheadings", "--output", "BACK-FILE")
                .lines()
                .filter(line -> line.contains(place.toString()))
                .findFirst()
                .orElse("");
    }
}
