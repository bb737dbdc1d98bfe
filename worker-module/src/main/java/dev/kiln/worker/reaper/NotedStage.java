package dev.kiln.worker.reaper;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.reaper.Intents;
import dev.kiln.worker.engine.EnginePlace;
import dev.kiln.worker.stage.Stage;
import dev.kiln.worker.stage.StageFailedException;
import java.io.IOException;

/**
 * A stage beside which it is written down, before, that it uses scratch space here, and after, that it gave it back.
 */
public final class NotedStage implements Stage {

    private final Stage stage;
    private final Intents intents;
    private final EnginePlace place;

    public NotedStage(Stage stage, Intents intents, EnginePlace place) {
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
        var name = attempt.execution().value();
        if (status() == ExecutionStatus.BUILDING || status() == ExecutionStatus.TESTING) {
            intents.begin(attempt, Intents.Kind.SCRATCH, place.id(), name);
        }
        var advance = stage.run(attempt);
        if (status() == ExecutionStatus.RELEASING || status() == ExecutionStatus.CANCELLING) {
            intents.end(attempt, Intents.Kind.SCRATCH, place.id(), name);
        }
        return advance;
    }
}
