package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.Outcome;
import dev.kiln.worker.region.Distribution;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Copies the image to every region and shares it with every account; one failing target does not affect the others. */
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
        return failed == 0 ? delivered() : delivered(failed);
    }

    private static Advance delivered(int failed) {
        var what = failed == 1 ? "1 copy or share failed" : failed + " copies or shares failed";
        var remedy = failed == 1 ? "it can be retried" : "they can be retried";
        return Advance.releasing(
                Outcome.PARTITION_SUCCESS, new Failure("DistributionFailed", what + "; " + remedy), what);
    }

    /** The image is already in its own region; without other regions and accounts there is no other target. */
    @Override
    public Optional<Advance> atOnce(Attempt attempt) {
        var template = attempt.template();
        return template.targetRegions().equals(List.of(template.region()))
                        && template.addAccounts().isEmpty()
                ? Optional.of(delivered())
                : Optional.empty();
    }

    private static Advance delivered() {
        return Advance.releasing(Outcome.SUCCESS, Failure.NONE, "every target has the image");
    }

    @Override
    public void giveUp(Attempt attempt, Failure failure) {
        distribution.giveUp(attempt, failure);
    }
}
