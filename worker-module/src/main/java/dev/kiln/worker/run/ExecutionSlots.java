package dev.kiln.worker.run;

import dev.kiln.execution.ExecutionId;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The slots of this worker: how many executions it runs at once. Each has a lock session of its own. */
public final class ExecutionSlots implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionSlots.class);

    // Longer than WorkerSettings.stopGrace's default, so that an interrupted stage can end first.
    private static final int STOP_SECONDS = 12;

    private final BlockingQueue<TemplateLock> free = new LinkedBlockingQueue<>();
    private final Semaphore available;
    private final int size;
    private final ExecutorService threads;
    private final ExecutionRunner runner;
    private final Setbacks setbacks = new Setbacks();

    public ExecutionSlots(int size, LockSessions sessions, ExecutorService threads, ExecutionRunner runner) {
        this.size = size;
        this.available = new Semaphore(size);
        this.threads = threads;
        this.runner = runner;
        for (var i = 0; i < size; i++) {
            free.add(new TemplateLock(sessions));
        }
    }

    /** Waits until a slot is free. It may be taken again by the time this returns: {@link #offer} tells. */
    public void awaitFree() throws InterruptedException {
        available.acquire();
        available.release();
    }

    public int free() {
        return available.availablePermits();
    }

    /** Runs the execution in a free slot; false when there is none. Returns at once. */
    public boolean offer(ExecutionId execution) {
        if (!available.tryAcquire()) {
            return false;
        }
        var lock = free.remove();
        try {
            threads.execute(() -> run(execution, lock));
            return true;
        } catch (RejectedExecutionException e) {
            giveBack(lock); // this worker stops
            return false;
        }
    }

    private void run(ExecutionId execution, TemplateLock lock) {
        try {
            runner.run(execution, lock);
            setbacks.forget(execution);
        } catch (InterruptedException e) {
            LOG.info("{} is left to another worker: this one stops", execution);
        } catch (Exception e) {
            var rest = setbacks.add(execution);
            LOG.warn(
                    "{} is left to a sweep, here in {} s at the earliest: {}",
                    execution,
                    rest.toSeconds(),
                    e.toString());
        } finally {
            giveBack(lock);
        }
    }

    private void giveBack(TemplateLock lock) {
        free.add(lock);
        available.release();
    }

    /** Executions whose last run here ended in trouble a moment ago: a sweep leaves them alone for now. */
    public Set<ExecutionId> resting() {
        return setbacks.resting();
    }

    /** Interrupts whatever runs and ends the lock sessions; other workers adopt what was unfinished. */
    @Override
    public void close() {
        if (threads.isShutdown()) {
            return;
        }
        threads.shutdownNow();
        try {
            for (var idle = 0; idle < size; idle++) {
                var lock = free.poll(STOP_SECONDS, TimeUnit.SECONDS);
                if (lock == null) {
                    LOG.warn("a slot did not end within {} s; its session ends with the process", STOP_SECONDS);
                    return;
                }
                lock.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
