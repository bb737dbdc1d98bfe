package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attempts of one execution in one place, each of which believes that the execution is its own. */
@Timeout(60)
class SupersededRunsTest {

    private static final int SECONDS = 98764;

    @TempDir
    private Path directory;

    private Optional<SandboxBuildEngine> engine = Optional.empty();
    private final CompletableFuture<String> second = new CompletableFuture<>();

    @BeforeEach
    void begin() {
        engine = Optional.of(new SandboxBuildEngine(EngineSettings.in(directory)));
    }

    @AfterEach
    void endAll() throws Exception {
        engine.orElseThrow().discard("exec-twice");
        second.join();
    }

    @Test
    void anAttemptThatBeginsLateLeavesItsSuccessorAloneWhichAnEvenLaterOneEnds() throws Exception {
        new Thread(() -> second.complete(outcome(2, "RUN /bin/sleep " + SECONDS))).start();
        await().atMost(Duration.ofSeconds(20)).until(() -> Sleepers.count(SECONDS) > 0);
        var sleeping = Sleepers.count(SECONDS);

        assertThat(outcome(1, "RUN true")).isEqualTo("done");
        assertThat(Sleepers.count(SECONDS)).isEqualTo(sleeping);

        assertThat(outcome(3, "RUN true")).isEqualTo("done");
        // Of the command, or of its sandbox: the third may have removed already what tells whether that had begun.
        assertThat(second.join()).contains("137");
    }

    @Test
    void anAttemptThatIsOverDiscardsItsOwnAndLeavesItsSuccessorAlone() throws Exception {
        new Thread(() -> second.complete(outcome(2, "RUN /bin/sleep " + SECONDS))).start();
        await().atMost(Duration.ofSeconds(20)).until(() -> Sleepers.count(SECONDS) > 0);
        var sleeping = Sleepers.count(SECONDS);

        engine.orElseThrow().discard("exec-twice", 1);
        assertThat(Sleepers.count(SECONDS)).isEqualTo(sleeping);

        engine.orElseThrow().discard("exec-twice", 2);
        assertThat(second.join()).contains("137");
        assertThat(engine.orElseThrow().found()).isEmpty();
    }

    private String outcome(int attempt, String content) {
        try {
            var request = new BuildRequest(
                    "exec-twice",
                    attempt,
                    BusyboxBase.image(),
                    BuildEngineContract.commands(content),
                    Optional.empty(),
                    false,
                    1 << 20,
                    BuildBuckets.NONE,
                    Optional.empty());
            engine.orElseThrow().test(request, new RecordedOutput());
            return "done";
        } catch (Exception e) {
            return String.valueOf(e.getMessage());
        }
    }
}
