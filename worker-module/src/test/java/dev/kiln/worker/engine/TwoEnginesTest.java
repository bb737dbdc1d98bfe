package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two engines of one process over the same directory, which have its file locks in common. */
@Timeout(120)
class TwoEnginesTest {

    private static final int SLEEP = 98758;

    @TempDir
    private Path directory;

    private Thread build;

    @BeforeEach
    void beginToBuild() {
        var engine = new SandboxBuildEngine(EngineSettings.in(directory));
        build = new Thread(() -> {
            try {
                engine.test(Builds.of("exec-first", "RUN /bin/sleep " + SLEEP), new RecordedOutput());
            } catch (BuildFailedException | IOException | InterruptedException e) {
                // It is ended from outside.
            }
        });
        build.start();
        await().until(() -> Sleepers.count(SLEEP) == 1);
    }

    @AfterEach
    void endTheBuild() throws InterruptedException {
        build.interrupt();
        build.join();
    }

    @Test
    void aSweepOfTheSecondLeavesTheFirstTheBaseImageOfItsBuild() throws IOException {
        var lock = file("glob:.*.lock");
        assertThat(isHeld(lock)).isTrue();
        var image = lock.getFileName().toString().replace(".lock", "");
        Files.createDirectory(lock.resolveSibling(image + ".new"));

        assertThat(new SandboxBuildEngine(EngineSettings.in(directory)).removeUnfinishedBases())
                .isEmpty();

        assertThat(isHeld(lock)).as("else another process removes the image").isTrue();
    }

    private Path file(String pattern) throws IOException {
        var matcher = directory.getFileSystem().getPathMatcher(pattern);
        try (var files = Files.walk(directory, 2)) {
            return files.filter(file -> matcher.matches(file.getFileName()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Whether the kernel has a lock of this process on the file. */
    private static boolean isHeld(Path file) throws IOException {
        var held = " " + ProcessHandle.current().pid() + " [0-9a-f]+:[0-9a-f]+:" + Files.getAttribute(file, "unix:ino");
        try (var locks = Files.lines(Path.of("/proc/locks"))) {
            return locks.anyMatch(line -> line.matches(".*" + held + " .*"));
        }
    }
}
