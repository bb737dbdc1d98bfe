package dev.kiln.worker.metric;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.NotAbleException;
import dev.kiln.worker.metric.WorkerMeters.Outcome;
import dev.kiln.worker.stage.Stage;
import dev.kiln.worker.stage.StageFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A stage that is timed and traced, and whose log lines name its execution. */
public final class MeasuredStage implements Stage {

    private final Stage stage;
    private final WorkerMeters meters;
    private final WorkerTraces traces;

    public MeasuredStage(Stage stage, WorkerMeters meters, WorkerTraces traces) {
        this.stage = stage;
        this.meters = meters;
        this.traces = traces;
    }

    @Override
    public ExecutionStatus status() {
        return stage.status();
    }

    @Override
    public Advance run(Attempt attempt) throws StageFailedException, IOException, InterruptedException {
        var begun = System.nanoTime();
        var outcome = Outcome.INTERRUPTED;
        var lines = LogContext.of(attempt);
        var work = traces.stage(attempt);
        try {
            var advance = stage.run(attempt.within(work));
            outcome = Outcome.DONE;
            return advance;
        } catch (StageFailedException e) {
            outcome = Outcome.FAILED;
            work.failed(e.failure().code());
            throw e;
        } catch (NotAbleException e) {
            throw e; // not an error: another worker does it
        } catch (IOException | RuntimeException e) {
            outcome = Thread.currentThread().isInterrupted() ? Outcome.INTERRUPTED : Outcome.ERROR;
            work.failed(e.toString());
            throw e;
        } finally {
            work.close();
            lines.close();
            meters.stageEnded(stage.status(), outcome, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    @Override
    public Optional<Advance> atOnce(Attempt attempt) {
        return stage.atOnce(attempt);
    }

    @Override
    public void giveUp(Attempt attempt, Failure failure) {
        stage.giveUp(attempt, failure);
    }
}
