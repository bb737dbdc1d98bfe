package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.Outcome;
import dev.kiln.worker.region.Distribution;
import java.io.IOException;

/** Copies the image to every region and shares it with every account; one bad target harms no other. */
public final class DistributingStage implements Stage {

    private final Distribution distribution;

    public DistributingStage(Distribution distribution) {
        this.distribution = distribution;
    }

    @Override
    public ExecutionStatus status() {
        return ExecutionStatus.DISTRIBUTING;
    }

    @Override
    public Advance run(Attempt attempt) throws IOException, InterruptedException {
        var failed = distribution.run(attempt);
        return failed == 0
                ? Advance.releasing(Outcome.SUCCESS, Failure.NONE, "every target has the image")
                : Advance.releasing(
                        Outcome.PARTITION_SUCCESS,
                        new Failure("DistributionFailed", failed + " copies or shares failed; they can be retried"),
                        failed + " copies or shares failed");
    }

    @Override
    public void giveUp(Attempt attempt, Failure failure) {
        distribution.giveUp(attempt, failure);
    }
}
