package dev.kiln.worker.run;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.execution.NotAbleException;
import dev.kiln.trace.TracedWork;
import dev.kiln.worker.engine.EnginePlace;
import dev.kiln.worker.metric.WorkerMeters;
import dev.kiln.worker.metric.WorkerTraces;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims executions in the name of this worker. */
final class Claims {

    /** So many attempts without a change of status, and the execution is given up: it may be what kills workers. */
    static final int MOST_FRUITLESS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);

    private final Executions executions;
    private final String worker;
    private final EnginePlace place;
    private final WorkerMeters meters;
    private final WorkerTraces traces;

    /** @param place where this worker's builds have their scratch space */
    Claims(Executions executions, String worker, EnginePlace place, WorkerMeters meters, WorkerTraces traces) {
        this.executions = executions;
        this.worker = worker;
        this.place = place;
        this.meters = meters;
        this.traces = traces;
    }

    String worker() {
        return worker;
    }

    /**
     * The next attempt of an execution whose template's lock is held; empty when it is final or gone. An exception when
     * the lock is lost meanwhile: whoever has it now is not disturbed.
     */
    Optional<Attempt> claim(ExecutionId execution, TemplateLock lock) throws SQLException, IOException {
        var attempt = executions.claim(lock.session(), execution, worker, place.id());
        attempt.ifPresent(meters::claimed);
        return attempt;
    }

    /** What traces tell of an attempt; to be closed at its end. */
    TracedWork traced(Attempt attempt) {
        return traces.attempt(attempt, worker);
    }

    /** Leaves what this worker cannot do to others, for which the line then knows what it needs. */
    void leave(NotAbleException e) {
        if (executions.leave(e.attempt(), e.needs())) {
            LOG.info("left to a worker that can do it: {}", e.getMessage());
        }
    }

    /** How many attempts before this one came to nothing, if they are so many that the execution is given up. */
    Optional<Integer> tooManyBefore(Attempt attempt) {
        return attempt.number() <= MOST_FRUITLESS
                ? Optional.empty()
                : Optional.of(executions.fruitlessBefore(attempt)).filter(number -> number >= MOST_FRUITLESS);
    }
}
