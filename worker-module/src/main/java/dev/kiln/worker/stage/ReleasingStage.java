package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Outcome;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.region.ImportedBases;
import dev.kiln.worker.region.Removal;
import java.io.IOException;
import java.util.Optional;

/** Removes what an unsuccessful run left, releases scratch space, and ends with the outcome that was stored before. */
public final class ReleasingStage implements Stage {

    private final BuildEngine engine;
    private final Removal removal;
    private final StepLayers layers;
    private final ImportedBases importedBases;

    public ReleasingStage(BuildEngine engine, Removal removal, StepLayers layers, ImportedBases importedBases) {
        this.engine = engine;
        this.removal = removal;
        this.layers = layers;
        this.importedBases = importedBases;
    }

    @Override
    public ExecutionStatus status() {
        return ExecutionStatus.RELEASING;
    }

    @Override
    public Advance run(Attempt attempt) throws IOException {
        var outcome = attempt.outcome().orElse(Outcome.FAILED);
        switch (outcome) {
            case FAILED -> removal.remove(attempt, target -> true);
            case TEST_FAILED -> removal.keepAside(attempt);
            case SUCCESS, PARTITION_SUCCESS -> {}
        }
        importedBases.release(attempt, Optional.of(outcome == Outcome.SUCCESS || outcome == Outcome.PARTITION_SUCCESS));
        layers.remove(attempt);
        engine.discard(attempt.execution().value());
        // After a failure the existing message, which says why, is kept.
        return Advance.to(outcome.status(), outcome == Outcome.SUCCESS ? "success" : "");
    }
}
