package dev.kiln.worker.run;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.SupersededException;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.stage.StageFailedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a stage in its own thread and meanwhile checks on the lock's session whether it may go on: proof of life, fence
 * and cancel in one query. A stage that may not go on is interrupted.
 */
final class StageWatch {

    private static final Logger LOG = LoggerFactory.getLogger(StageWatch.class);

    private final ExecutorService threads;
    private final WorkerSettings settings;
    private final Duration packerGrace;

    /** @param packerGrace how long Packer may take to undo what it made */
    StageWatch(ExecutorService threads, WorkerSettings settings, Duration packerGrace) {
        this.threads = threads;
        this.settings = settings;
        this.packerGrace = packerGrace;
    }

    ExecutorService threads() {
        return threads;
    }

    /**
     * What the stage returned, or empty when it was interrupted because the status changed from outside.
     *
     * @throws StageFailedException its time is over
     * @throws ExecutionException what the stage threw
     * @throws SupersededException another attempt has the execution
     * @throws SQLException the lock is lost
     * @throws InterruptedException this worker is stopping
     */
    Optional<Advance> run(Callable<Advance> stage, Attempt attempt, TimeLimits.Left time, TemplateLock lock)
            throws StageFailedException, ExecutionException, SQLException, InterruptedException {
        var end = System.nanoTime() + time.left().toNanos();
        checkTime(end, time);
        var ended = new CountDownLatch(1);
        var running = threads.submit(() -> {
            try {
                return stage.call();
            } finally {
                ended.countDown();
            }
        });
        try {
            while (true) {
                var advance = await(running);
                if (advance.isPresent()) {
                    return advance;
                }
                checkTime(end, time);
                switch (lock.look(attempt)) {
                    case GO_ON -> {}
                    case STATUS_CHANGED -> {
                        return Optional.empty();
                    }
                    case SUPERSEDED -> throw new SupersededException(attempt);
                }
            }
        } finally {
            if (!running.isDone()) {
                running.cancel(true);
                awaitEnd(ended, attempt, lock);
            }
        }
    }

    private static void checkTime(long end, TimeLimits.Left time) throws StageFailedException {
        if (System.nanoTime() - end >= 0) {
            throw new StageFailedException(time.failure());
        }
    }

    private Optional<Advance> await(Future<Advance> running) throws ExecutionException, InterruptedException {
        try {
            return Optional.of(running.get(settings.watchEvery().toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            // An interrupted stage can fail in many ways; none of them is the execution's fault.
            if (threads.isShutdown()) {
                throw new InterruptedException("the worker stops: " + e.getCause());
            }
            throw e;
        }
    }

    /** Waits for an interrupted stage to end. One that outlasts the grace is abandoned: the fence stops its writes. */
    private void awaitEnd(CountDownLatch ended, Attempt attempt, TemplateLock lock) throws InterruptedException {
        var grace = grace(attempt);
        var end = System.nanoTime() + grace.toNanos();
        var look = settings.watchEvery().toNanos();
        while (!ended.await(Math.min(look, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            if (System.nanoTime() - end >= 0) {
                LOG.warn(
                        "{} of {} did not end within {} of its interrupt; it is left alone, its writes are fenced off",
                        attempt.status(),
                        attempt.execution(),
                        grace);
                return;
            }
            keep(lock, attempt);
        }
    }

    /** The longest time that an interrupted stage may take to end, which is one that has to undo Packer's work. */
    Duration longestEnd() {
        return packerGrace.plus(settings.stopGrace());
    }

    private Duration grace(Attempt attempt) {
        var undoes = attempt.status() == ExecutionStatus.BUILDING
                && attempt.template().packerFile().isPresent();
        return undoes ? longestEnd() : settings.stopGrace();
    }

    /** A sign of life, so that no other worker begins while this one still undoes something. */
    private static void keep(TemplateLock lock, Attempt attempt) {
        try {
            lock.look(attempt);
        } catch (SQLException e) {
            LOG.debug("the lock of {} is lost", attempt.execution(), e);
        }
    }
}
