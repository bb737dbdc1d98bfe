package dev.kiln.worker.run;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Executions;
import dev.kiln.execution.Failure;
import dev.kiln.execution.Outcome;
import dev.kiln.execution.SupersededException;
import dev.kiln.template.TemplateId;
import dev.kiln.worker.stage.StageFailedException;
import dev.kiln.worker.stage.Stages;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Takes one execution from wherever its row says it stands to its end. Resuming after a crash is the same loop. */
public final class ExecutionRunner {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionRunner.class);

    /** So many attempts without a change of status, and the execution is given up: it may be what kills workers. */
    static final int MOST_FRUITLESS_ATTEMPTS = 20;

    private final Executions executions;
    private final Stages stages;
    private final StageTries tries;
    private final StageWatch watch;
    private final String worker;

    ExecutionRunner(Executions executions, Stages stages, StageTries tries, StageWatch watch, String worker) {
        this.executions = executions;
        this.stages = stages;
        this.tries = tries;
        this.watch = watch;
        this.worker = worker;
    }

    /**
     * Runs the execution unless it is final or somebody else has its template's lock; afterwards the template's next
     * one, if it was started meanwhile: its message may have found the lock taken.
     */
    void run(ExecutionId execution, TemplateLock lock) throws SQLException, InterruptedException {
        var template = executions.templateOfRunning(execution);
        if (template.isEmpty() || !lock.tryLock(template.get())) {
            LOG.debug("{} is final or has a worker already", execution);
            return;
        }
        try {
            var next = Optional.of(execution);
            while (next.isPresent()) {
                var current = next.get();
                drive(current, lock);
                next = nextOf(template.get(), current);
            }
        } catch (SupersededException e) {
            LOG.info("stopped: {}", e.getMessage());
        } finally {
            lock.unlock(template.get());
        }
    }

    private Optional<ExecutionId> nextOf(TemplateId template, ExecutionId last) {
        return executions.runningOf(template).filter(other -> !other.equals(last));
    }

    private void drive(ExecutionId execution, TemplateLock lock) throws SQLException, InterruptedException {
        var claimed = executions.claim(execution, worker);
        if (claimed.isEmpty()) {
            return;
        }
        var attempt = claimed.get();
        LOG.info("{} {} attempt {} by {}", execution, attempt.status(), attempt.number(), worker);
        var fruitless = executions.fruitlessBefore(attempt);
        if (fruitless >= MOST_FRUITLESS_ATTEMPTS) {
            attempt = executions.advance(attempt, ended(attempt, abandoned(attempt, fruitless)));
        }
        while (!attempt.status().isFinal()) {
            attempt = step(attempt, lock);
            LOG.info("{} {}", execution, attempt.status());
        }
    }

    private static Failure abandoned(Attempt attempt, int attempts) {
        return new Failure(
                "Abandoned",
                attempts + " attempts ended in " + attempt.status()
                        + " without any result, as if their workers had been killed; see the workers' logs");
    }

    private Attempt step(Attempt attempt, TemplateLock lock) throws SQLException, InterruptedException {
        var stage = stages.get(attempt.status());
        Optional<Advance> advance;
        try {
            advance = watch.run(() -> tries.run(stage, attempt), attempt, lock);
        } catch (ExecutionException e) {
            advance = Optional.of(afterFailure(attempt, e.getCause()));
        }
        return advance.isPresent() ? executions.advance(attempt, advance.get()) : executions.reread(attempt);
    }

    // The class of the exception decides the fate of the work: superseded and database trouble end this run and leave
    // the
    // row to whoever can go on; everything else ends the execution, through RELEASING.
    private static Advance afterFailure(Attempt attempt, @Nullable Throwable cause) throws InterruptedException {
        if (cause instanceof SupersededException superseded) {
            throw superseded;
        }
        if (cause instanceof DataAccessException database) {
            throw database;
        }
        if (cause instanceof InterruptedException) {
            throw new InterruptedException(attempt.execution() + " was interrupted");
        }
        if (cause instanceof StageFailedException failed) {
            LOG.info("{} cannot succeed: {}", attempt.execution(), failed.getMessage());
            return ended(attempt, failed.failure());
        }
        LOG.error("{} failed in {}", attempt.execution(), attempt.status(), cause);
        return ended(attempt, new Failure("InternalError", attempt.status() + " failed: " + cause));
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
