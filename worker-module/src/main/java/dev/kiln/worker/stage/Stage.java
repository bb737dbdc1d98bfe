package dev.kiln.worker.stage;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import java.io.IOException;
import java.util.Optional;

/**
 * The work done while an execution has one status. Safe to repeat: after a crash another worker runs it again from the
 * start, and finds what was finished before.
 */
public interface Stage {

    /** The status whose work this is; there is one stage for each that is not final. */
    ExecutionStatus status();

    /**
     * Does the work and says what comes next. Interrupted: stops within seconds, leaving nothing running.
     *
     * @throws StageFailedException the template or a target is at fault; trying again would not help
     * @throws IOException this machine or a region is at fault; the stage may be tried again
     */
    Advance run(Attempt attempt) throws StageFailedException, IOException, InterruptedException;

    /**
     * What comes next when this stage has nothing to do for the attempt, which is still in the status before; then it
     * is not run, and its end is written with its beginning.
     */
    default Optional<Advance> atOnce(Attempt attempt) {
        return Optional.empty();
    }

    /** The stage has failed for good, or its time is over: writes down, once more fenced, what will not be done now. */
    default void giveUp(Attempt attempt, Failure failure) {}
}
