package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import java.io.IOException;
import java.util.Optional;

/**
 * The work of one status of an execution. It can be repeated safely: after a crash another worker runs it from the
 * start, and it finds what was already finished.
 */
public interface Stage {

    /** The status that this stage works in; each status that is not final has exactly one stage. */
    ExecutionStatus status();

    /**
     * Does the work and returns what comes next. When interrupted it stops within seconds and leaves nothing running.
     *
     * @throws StageFailedException the template or a target is at fault; trying again would not help
     * @throws IOException this machine or a region is at fault; the stage may be tried again
     */
    Advance run(Attempt attempt) throws StageFailedException, IOException, InterruptedException;

    /**
     * What comes next if this stage has nothing to do for the attempt, which is still in the status before. The stage
     * is then not run: its end is written together with its beginning.
     */
    default Optional<Advance> atOnce(Attempt attempt) {
        return Optional.empty();
    }

    /** Called when the stage has failed for good or run out of time: writes down, fenced, what will not be done now. */
    default void giveUp(Attempt attempt, Failure failure) {}
}
