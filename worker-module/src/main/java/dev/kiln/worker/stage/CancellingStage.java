package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.region.ImportedBases;
import dev.kiln.worker.region.Removal;
import java.io.IOException;
import java.util.Optional;

/** Removes everything that the execution made, in every region and on this machine. */
public final class CancellingStage implements Stage {

    private final BuildEngine engine;
    private final Removal removal;
    private final StepLayers layers;
    private final ImportedBases importedBases;

    public CancellingStage(BuildEngine engine, Removal removal, StepLayers layers, ImportedBases importedBases) {
        this.engine = engine;
        this.removal = removal;
        this.layers = layers;
        this.importedBases = importedBases;
    }

    @Override
    public ExecutionStatus status() {
        return ExecutionStatus.CANCELLING;
    }

    @Override
    public Advance run(Attempt attempt) throws IOException {
        // Images first: trouble with scratch space must not leave an image that users can see.
        removal.remove(attempt, target -> true);
        importedBases.release(attempt, Optional.empty());
        layers.remove(attempt);
        engine.discard(attempt.execution().value());
        return Advance.to(ExecutionStatus.CANCELLED, "cancelled");
    }
}
