package dev.kiln.worker.engine;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The time limit of one step, for the thread that creates this object: when it is over, that thread is interrupted,
 * whatever it waits for.
 */
final class StepTime implements AutoCloseable {

    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    private final Thread step = Thread.currentThread();
    private final Duration limit;
    private final Future<?> end;
    private boolean over;
    private boolean closed;

    StepTime(Duration limit) {
        this(limit, limit);
    }

    /** @param left what is left of the limit */
    StepTime(Duration limit, Duration left) {
        this.limit = limit;
        this.end = CLOCK.schedule(this::interrupt, left.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static ScheduledThreadPoolExecutor clock() {
        var clock = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "step-time");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }

    private synchronized void interrupt() {
        if (!closed) {
            over = true;
            step.interrupt();
        }
    }

    /** The step has ended: cancels the interrupt, or clears the one that came from here. */
    @Override
    public synchronized void close() {
        closed = true;
        end.cancel(false);
        if (over) {
            Thread.interrupted();
        }
    }

    synchronized boolean isOver() {
        return over;
    }

    BuildFailedException exceeded(String step) {
        return new BuildFailedException(
                "BuildStep.TimedOut",
                step + ": the command and keeping what it wrote took longer than "
                        + Limits.raise(limit, "kiln.engine.step-time"));
    }
}
