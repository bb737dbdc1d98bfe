package dev.kiln.worker.run;

import dev.kiln.execution.Ability;
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
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Claims executions in the name of this worker. */
final class Claims {

    /**
     * After this many fruitless attempts one after the other the execution is given up: it may be what kills workers.
     */
    static final int MOST_FRUITLESS = 20;

    /** So many times an execution is left to others for want of room: it may be what fills their disks. */
    static final int MOST_LEFT_FOR_ROOM = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);

    private final Executions executions;
    private final String worker;
    private final EnginePlace place;
    private final WorkerMeters meters;
    private final WorkerTraces traces;
    private final Set<Ability> announced;

    /**
     * @param place where this worker's builds have their scratch space
     * @param announced the abilities that the queue knows of
     */
    Claims(
            Executions executions,
            String worker,
            EnginePlace place,
            WorkerMeters meters,
            WorkerTraces traces,
            Set<Ability> announced) {
        this.executions = executions;
        this.worker = worker;
        this.place = place;
        this.meters = meters;
        this.traces = traces;
        this.announced = announced;
    }

    String worker() {
        return worker;
    }

    /**
     * Begins the next attempt of an execution whose template's lock is held; empty when it is final or gone. Throws
     * when the lock is lost, so that its new holder is not disturbed.
     */
    Optional<Attempt> claim(ExecutionId execution, TemplateLock lock) throws SQLException, IOException {
        var attempt = executions.claim(lock.session(), execution, worker, place.id());
        attempt.ifPresent(meters::claimed);
        return attempt;
    }

    /** The traced span of an attempt; the caller closes it. */
    TracedWork traced(Attempt attempt) {
        return traces.attempt(attempt, worker);
    }

    /** Leaves an execution to workers that have the abilities it needs, which are written to the queue. */
    void leave(NotAbleException e) {
        if (executions.leave(e.attempt(), e.needs())) {
            LOG.info("left to a worker that can do it: {}", e.getMessage());
        }
    }

    /**
     * Counts that this worker had no room for the execution. Returns how often that was so on any worker; empty when
     * the attempt or its status is no longer the current one.
     */
    Optional<Integer> leaveForRoom(Attempt attempt) {
        return executions.leaveForRoom(attempt);
    }

    /** Whether the queue takes this worker for one that has all of these. */
    boolean isAnnounced(Set<Ability> needs) {
        return announced.containsAll(needs);
    }

    /**
     * Records, if the database allows it, that this worker lives: what ended the attempt is no sign that the execution
     * kills workers.
     */
    void survived(Attempt attempt) {
        try {
            executions.survived(attempt);
        } catch (DataAccessException e) {
            LOG.debug("attempt {} of {} counts as fruitless: {}", attempt.number(), attempt.execution(), e.toString());
        }
    }

    /** The number of fruitless attempts before this one; empty while there are too few to give the execution up. */
    Optional<Integer> tooManyBefore(Attempt attempt) {
        return attempt.number() <= MOST_FRUITLESS
                ? Optional.empty()
                : Optional.of(executions.fruitlessBefore(attempt)).filter(number -> number >= MOST_FRUITLESS);
    }
}
