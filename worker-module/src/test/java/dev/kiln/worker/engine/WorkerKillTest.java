package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is killed leaves no process behind, and the next one removes its files. */
@Timeout(120)
class WorkerKillTest {

    private static final int SLEEP = 98759;

    @TempDir
    private Path directory;

    @Test
    void killedWorkerLeavesNothing() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var worker = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndlessBuild.class.getName(),
                        directory.toString(),
                        "exec-endless",
                        Integer.toString(SLEEP))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> Sleepers.count(SLEEP) == 2);
        worker.destroyForcibly();
        // Nobody else would end them: they mean to sleep for a day.
        await().atMost(Duration.ofSeconds(60)).until(() -> Sleepers.count(SLEEP) == 0);
        var engine = new SandboxBuildEngine(EngineSettings.in(directory));
        assertThat(engine.found()).containsExactly("exec-endless");
        engine.discard("exec-endless");
        assertThat(engine.found()).isEmpty();
        assertThat(directory.resolve("builds")).isEmptyDirectory();
        assertThat(ControlGroup.left(engine.place().id())).isEmpty();
    }
}
