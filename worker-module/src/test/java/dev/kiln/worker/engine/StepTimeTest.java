package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A step is more than its command: what keeps it may hang too, and shows an interrupt in its own way. */
@Timeout(120)
class StepTimeTest {

    @TempDir
    private Path directory;

    private final RecordedOutput output = new RecordedOutput();

    @Test
    void aStepWhoseLayerIsNeverStoredEndsAndLeavesNothing() throws Exception {
        var engine = engine(Duration.ofSeconds(1));

        assertTimedOut(engine, new HangingJournal());

        assertThat(engine.traces()).isEmpty();
        assertThat(output.steps()).contains("finish 1/2").doesNotContain("finish 2/2");
    }

    @Test
    void aJournalThatTakesTheInterruptForTroubleOfItsRegionDoesNotHideIt() {
        assertTimedOut(engine(Duration.ofSeconds(1)), new HangingJournal() {
            @Override
            public void ended(EndedStep step) throws IOException {
                try {
                    super.ended(step);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
    }

    @Test
    void stepsThatEndInTimeAreNotInterruptedLater() throws Exception {
        // Together longer than a step may take, each by far shorter: the machine may be busy.
        engine(Duration.ofSeconds(5))
                .build(Builds.of("exec-x", "RUN sleep 2\nRUN sleep 2\nRUN sleep 2"), new RememberedSteps(), output);
    }

    private SandboxBuildEngine engine(Duration stepTime) {
        return Builds.engine(directory, Duration.ofMinutes(1), stepTime);
    }

    private void assertTimedOut(SandboxBuildEngine engine, StepJournal journal) {
        assertThatThrownBy(() -> engine.build(Builds.of("exec-x", "RUN echo one\nRUN sleep 100"), journal, output))
                .isInstanceOfSatisfying(
                        BuildFailedException.class, e -> assertThat(e.code()).isEqualTo("BuildStep.TimedOut"))
                .hasMessage("step 1 of 2 (RUN echo one): the command and keeping what it wrote took longer than"
                        + " 1 seconds; the operator can raise kiln.engine.step-time");
        assertThat(Thread.interrupted()).isFalse();
    }

    /** Keeps the first step for ever. */
    private static class HangingJournal implements StepJournal {

        @Override
        public List<KeptStep> kept() {
            return List.of();
        }

        @Override
        public void ended(EndedStep step) throws IOException, InterruptedException {
            new CountDownLatch(1).await();
        }

        @Override
        public boolean handsOver() {
            return false;
        }

        @Override
        public void forget() {}
    }
}
