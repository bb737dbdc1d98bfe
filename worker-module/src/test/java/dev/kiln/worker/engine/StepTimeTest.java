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
        var engine = engine(Duration.ofSeconds(4));

        assertTimedOut(engine, new HangingJournal());

        assertThat(engine.traces()).isEmpty();
        assertThat(output.steps()).contains("finish 1/2").doesNotContain("finish 2/2");
    }

    @Test
    void aJournalThatTakesTheInterruptForTroubleOfItsRegionDoesNotHideIt() {
        assertTimedOut(engine(Duration.ofSeconds(4)), new HangingJournal() {
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
        var steps = "RUN sleep 1\n".repeat(9);

        engine(Duration.ofSeconds(8)).build(Builds.of("exec-x", steps), new RememberedSteps(), output);

        assertThat(output.steps()).contains("finish 9/9");
    }

    private SandboxBuildEngine engine(Duration stepTime) {
        return Builds.engine(directory, Duration.ofMinutes(1), stepTime);
    }

    // The first step's time is over two seconds before the second's, which is keeping nothing: the machine may be busy.
    private void assertTimedOut(SandboxBuildEngine engine, StepJournal journal) {
        assertThatThrownBy(() -> engine.build(Builds.of("exec-x", "RUN sleep 2\nRUN sleep 100"), journal, output))
                .isInstanceOfSatisfying(
                        BuildFailedException.class, e -> assertThat(e.code()).isEqualTo("BuildStep.TimedOut"))
                .hasMessage("step 1 of 2 (RUN sleep 2): the command and keeping what it wrote took longer than"
                        + " 4 seconds; the operator can raise kiln.engine.step-time");
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
