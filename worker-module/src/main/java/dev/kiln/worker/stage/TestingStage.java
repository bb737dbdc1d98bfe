package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.NotAbleException;
import dev.kiln.worker.disk.DiskNeedsException;
import dev.kiln.worker.engine.BuildEngine;
import dev.kiln.worker.engine.BuildFailedException;
import dev.kiln.worker.engine.NoRoomException;
import java.io.IOException;

/**
 * Runs the test commands on a scratch copy of the finished image. A failure ends in TEST_FAILED, and nothing is
 * distributed.
 */
public final class TestingStage implements Stage {

    private final BuildEngine engine;
    private final BuildRequests requests;
    private final BuildLogs logs;

    public TestingStage(BuildEngine engine, BuildRequests requests, BuildLogs logs) {
        this.engine = engine;
        this.requests = requests;
        this.logs = logs;
    }

    @Override
    public ExecutionStatus status() {
        return ExecutionStatus.TESTING;
    }

    @Override
    public Advance run(Attempt attempt) throws StageFailedException, IOException, InterruptedException {
        var request = requests.toTest(attempt, attempt.image());
        try (var log = logs.open(attempt)) {
            log.endingWithFailureOf(() -> {
                engine.test(request, log);
                return true;
            });
            return Advance.to(ExecutionStatus.DISTRIBUTING, "the image passed its test");
        } catch (DiskNeedsException e) {
            throw new NotAbleException(attempt, e.besides(BuildRequests.testNeeds(attempt, request)));
        } catch (NoRoomException e) {
            BuildingStage.discard(engine, request);
            throw e;
        } catch (BuildFailedException e) {
            throw new StageFailedException(BuildRequests.failure(e));
        }
    }
}
