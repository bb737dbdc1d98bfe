package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much processor time a command may have, read where the kernel keeps it while the command runs. */
@Timeout(120)
class ProcessorsTest {

    private static final Path GROUPS = Path.of("/sys/fs/cgroup");
    private static final int SLEEP = 98742;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 0})
    void aCommandHasAsManyProcessorsAsTheSettingSaysAndAnyNumberWithZero(int cpus) throws Exception {
        var settings = TestSettings.of(directory).cpus(cpus).build();
        var request = BuildEngineContract.request("exec-processors", "RUN /bin/sleep " + SLEEP);
        var build = new FutureTask<>(() -> {
            new SandboxBuildEngine(settings).test(request, new RecordedOutput());
            return true;
        });
        var thread = new Thread(build);
        thread.start();
        try {
            await().until(() -> build.isDone() || Sleepers.count(SLEEP) == 1);
            assertThat(processors(Sleepers.all(SLEEP).findFirst().orElseThrow()))
                    .isEqualTo(cpus);
        } finally {
            thread.interrupt();
            thread.join();
        }
    }

    /** Of all processes of its group and those below it; 0 without a limit. */
    private static double processors(ProcessHandle process) throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "cgroup"))) {
            var parts = line.split(":", 3);
            // It is in a group below the one that has the limits.
            if (parts[1].isEmpty() && Files.exists(GROUPS.resolve("cgroup.controllers"))) {
                var most = read(Path.of(GROUPS + parts[2]).resolveSibling("cpu.max"))
                        .split(" ", 2);
                return most[0].equals("max") ? 0 : Double.parseDouble(most[0]) / Double.parseDouble(most[1]);
            }
            if (List.of(parts[1].split(",", -1)).contains("cpu")) {
                var group = Path.of(GROUPS + "/cpu" + parts[2]);
                var quota = Double.parseDouble(read(group.resolveSibling("cpu.cfs_quota_us")));
                return quota < 0 ? 0 : quota / Double.parseDouble(read(group.resolveSibling("cpu.cfs_period_us")));
            }
        }
        throw new IllegalStateException("no control group says how many processors " + process + " has");
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }
}
