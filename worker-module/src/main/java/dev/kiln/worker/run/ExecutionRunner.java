package dev.kiln.worker.run;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.NotAbleException;
import dev.kiln.execution.Outcome;
import dev.kiln.execution.SupersededException;
import dev.kiln.execution.Trouble;
import dev.kiln.worker.engine.NoRoomException;
import dev.kiln.worker.metric.LogContext;
import dev.kiln.worker.stage.Stage;
import dev.kiln.worker.stage.StageFailedException;
import dev.kiln.worker.stage.Stages;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Takes one execution from the status in its row to its end. Resuming after a crash is the same loop. */
public final class ExecutionRunner {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionRunner.class);

    private final Claims claims;
    private final Moves moves;
    private final Stages stages;
    private final StageTries tries;
    private final StageWatch watch;
    private final TimeLimits limits;

    ExecutionRunner(Claims claims, Moves moves, Stages stages, StageTries tries, StageWatch watch, TimeLimits limits) {
        this.claims = claims;
        this.moves = moves;
        this.stages = stages;
        this.tries = tries;
        this.watch = watch;
        this.limits = limits;
    }

    /** The longest time that an interrupted stage may take to end, including what it undoes. */
    Duration longestEnd() {
        return watch.longestEnd();
    }

    /** The result of a slot's try to run an execution. */
    enum Run {
        /** The execution is final, or another slot or worker holds its template's lock. */
        NOT_TAKEN,
        /** It has ended. */
        ENDED,
        /** It needs an ability that this worker lacks. */
        LEFT,
        /** It now belongs to another attempt. */
        SUPERSEDED
    }

    /**
     * Runs the execution to its end, unless it is final or its template's lock is taken.
     *
     * @throws NotAbleException when this worker has announced what the execution needs, but lacks it now: the queue
     *     would offer it here again at once
     * @throws NoRoomException when this worker's disk has no room for it, and others' may have
     */
    Run run(ExecutionId execution, TemplateLock lock) throws SQLException, IOException, InterruptedException {
        var template = lock.tryLock(execution);
        if (template.isEmpty()) {
            LOG.debug("{} is final or has a worker already", execution);
            return Run.NOT_TAKEN;
        }
        try {
            drive(execution, lock);
            return Run.ENDED;
        } catch (SupersededException e) {
            LOG.info("stopped: {}", e.getMessage());
            return Run.SUPERSEDED;
        } catch (NotAbleException e) {
            claims.leave(e);
            if (claims.isAnnounced(e.needs())) {
                throw e;
            }
            return Run.LEFT;
        } finally {
            lock.unlock(template.get());
        }
    }

    private void drive(ExecutionId execution, TemplateLock lock)
            throws SQLException, IOException, InterruptedException {
        var claimed = claims.claim(execution, lock);
        if (claimed.isEmpty()) {
            return;
        }
        var lines = LogContext.of(claimed.get());
        var work = claims.traced(claimed.get());
        try {
            var ended = drive(claimed.get().within(work), lock).status();
            work.with("kiln.status", ended.name());
        } catch (SQLException | InterruptedException | SupersededException | NotAbleException | NoRoomException e) {
            work.failed(e.toString());
            claims.survived(claimed.get());
            throw e;
        } catch (RuntimeException e) {
            // Such as a write that the database refuses: trying it for ever would not help.
            work.failed(e.toString());
            throw e;
        } finally {
            work.close();
            lines.close();
        }
    }

    private Attempt drive(Attempt claimed, TemplateLock lock)
            throws SQLException, NoRoomException, InterruptedException {
        var attempt = claimed;
        var execution = attempt.execution();
        LOG.info("{} {} attempt {} by {}", execution, attempt.status(), attempt.number(), claims.worker());
        var fruitless = claims.tooManyBefore(attempt);
        if (fruitless.isPresent()) {
            var failure = abandoned(attempt, fruitless.get());
            attempt = moves.apply(attempt, ended(stages.get(attempt.status()), attempt, failure));
        }
        var time = limits.of(attempt);
        while (!attempt.status().isFinal()) {
            attempt = step(attempt, time.left(attempt.status()), lock);
            LOG.info("{} {}", execution, attempt.status());
        }
        return attempt;
    }

    private static Failure abandoned(Attempt attempt, int attempts) {
        return new Failure(
                "Abandoned",
                attempts + " attempts ended in " + attempt.status()
                        + " without any result, as if their workers had been killed; see the workers' logs");
    }

    private Attempt step(Attempt attempt, TimeLimits.Left time, TemplateLock lock)
            throws SQLException, NoRoomException, InterruptedException {
        var stage = stages.get(attempt.status());
        Optional<Advance> advance;
        try {
            advance = watch.run(() -> tries.run(stage, attempt), attempt, time, lock);
        } catch (ExecutionException e) {
            advance = e.getCause() instanceof NoRoomException full
                    ? withoutRoom(stage, attempt, full)
                    : Optional.of(ended(stage, attempt, failure(attempt, e.getCause())));
        } catch (StageFailedException e) {
            LOG.warn("{} ran out of time: {}", attempt.execution(), e.getMessage());
            advance = Optional.of(ended(stage, attempt, e.failure()));
        }
        return advance.isPresent() ? moves.apply(attempt, advance.get()) : moves.reread(attempt);
    }

    /** Leaves the execution to a worker that has room, or ends it; empty when it is no longer as the attempt says. */
    private Optional<Advance> withoutRoom(Stage stage, Attempt attempt, NoRoomException full) throws NoRoomException {
        var times = claims.leaveForRoom(attempt);
        if (times.isEmpty()) {
            return Optional.empty();
        }
        if (times.get() <= Claims.MOST_LEFT_FOR_ROOM) {
            throw full;
        }
        LOG.error("{} failed in {}, for which workers have no room", attempt.execution(), attempt.status(), full);
        return Optional.of(ended(stage, attempt, noRoom(attempt, times.get())));
    }

    private Failure noRoom(Attempt attempt, int times) {
        return new Failure(
                "Worker.NoRoom",
                attempt.status() + " ran out of room on workers' disks " + times + " times, at last on that of "
                        + claims.worker() + "; it is left to another worker " + Claims.MOST_LEFT_FOR_ROOM
                        + " times at most. The operator can make room in kiln.engine.directory there, or give workers"
                        + " larger disks or fewer slots");
    }

    // The exception's class decides what happens: superseded, unable and database trouble end this run and leave the
    // row to another worker or a later try; everything else ends the execution, through RELEASING.
    private static Failure failure(Attempt attempt, @Nullable Throwable cause) throws InterruptedException {
        if (cause instanceof SupersededException superseded) {
            throw superseded;
        }
        if (cause instanceof NotAbleException unable) {
            throw unable;
        }
        if (cause instanceof DataAccessException database) {
            throw database;
        }
        // No session for it, or one that was lost in the middle of it.
        if (cause instanceof TransactionException database) {
            throw database;
        }
        if (cause instanceof InterruptedException) {
            throw new InterruptedException(attempt.execution() + " was interrupted");
        }
        if (cause instanceof StageFailedException failed) {
            LOG.info("{} cannot succeed: {}", attempt.execution(), failed.getMessage());
            return failed.failure();
        }
        LOG.error("{} failed in {}", attempt.execution(), attempt.status(), cause);
        return new Failure("InternalError", attempt.status() + " failed: " + Trouble.words(cause));
    }

    private static Advance ended(Stage stage, Attempt attempt, Failure failure) {
        stage.giveUp(attempt, failure);
        return ended(attempt, failure);
    }

    private static Advance ended(Attempt attempt, Failure failure) {
        return switch (attempt.status()) {
            case CANCELLING ->
                Advance.to(ExecutionStatus.CANCELLED, "cancelled, but not all was removed: " + failure.info());
            case RELEASING ->
                Advance.to(
                        attempt.outcome().orElse(Outcome.FAILED).status(),
                        "not all scratch space was given back: " + failure.info());
            case DISTRIBUTING -> Advance.releasing(Outcome.PARTITION_SUCCESS, failure, failure.info());
            case TESTING -> Advance.releasing(Outcome.TEST_FAILED, failure, failure.info());
            default -> Advance.releasing(Outcome.FAILED, failure, failure.info());
        };
    }
}
