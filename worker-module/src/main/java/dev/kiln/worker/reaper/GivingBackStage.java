package dev.kiln.worker.reaper;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.reaper.Intents;
import dev.kiln.worker.engine.EnginePlace;
import dev.kiln.worker.stage.Stage;
import dev.kiln.worker.stage.StageFailedException;
import java.io.IOException;

/** A stage that releases scratch space: its end also ends the intent that was written for that space at the claim. */
public final class GivingBackStage implements Stage {

    private final Stage stage;
    private final Intents intents;
    private final EnginePlace place;

    /** Wraps the stage if it is one that releases scratch space; otherwise returns the stage itself. */
    public static Stage of(Stage stage, Intents intents, EnginePlace place) {
        return stage.status() == ExecutionStatus.RELEASING || stage.status() == ExecutionStatus.CANCELLING
                ? new GivingBackStage(stage, intents, place)
                : stage;
    }

    private GivingBackStage(Stage stage, Intents intents, EnginePlace place) {
        this.stage = stage;
        this.intents = intents;
        this.place = place;
    }

    @Override
    public ExecutionStatus status() {
        return stage.status();
    }

    @Override
    public Advance run(Attempt attempt) throws StageFailedException, IOException, InterruptedException {
        var here = place.id();
        return stage.run(attempt)
                .with(ended -> intents.end(
                        ended, Intents.Kind.SCRATCH, here, attempt.execution().value()));
    }
}
