package dev.kiln.worker.run;

import dev.kiln.database.LockSessions;
import dev.kiln.execution.ExecutionId;
import dev.kiln.worker.Drain;
import dev.kiln.worker.engine.NoRoomException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots of this worker: how many executions it runs at once. Each slot has its own lock session, which stays open
 * as long as the slot exists. A slot that is rung runs executions from the queue until none waits.
 */
public final class ExecutionSlots implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionSlots.class);

    // For what a slot does after its stage has ended: it only writes that it stops.
    private static final Duration AFTER_THE_STAGE = Duration.ofSeconds(2);

    private final BlockingQueue<TemplateLock> free = new LinkedBlockingQueue<>();
    private final Semaphore available;
    private final int size;
    private final ExecutorService threads;
    private final ExecutionRunner runner;
    private final WaitingLine line;
    private final Drain drain;
    private final Setbacks setbacks = new Setbacks();

    public ExecutionSlots(
            int size,
            LockSessions sessions,
            ExecutorService threads,
            ExecutionRunner runner,
            WaitingLine line,
            Drain drain) {
        this.size = size;
        this.available = new Semaphore(size);
        this.threads = threads;
        this.runner = runner;
        this.line = line;
        this.drain = drain;
        for (var i = 0; i < size; i++) {
            free.add(new TemplateLock(sessions));
        }
    }

    /**
     * Waits at most this long for a free slot; false when there was none. The slot can be taken again by the time this
     * returns: only {@link #ring} uses it.
     */
    public boolean awaitFree(Duration most) throws InterruptedException {
        if (!available.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        available.release();
        return true;
    }

    public int free() {
        return available.availablePermits();
    }

    /** Wakes a free slot to run the next execution in the queue; false when no slot is free. Returns at once. */
    public boolean ring() {
        if (drain.requested() || !available.tryAcquire()) {
            return false;
        }
        var lock = free.remove();
        try {
            threads.execute(() -> work(lock));
            return true;
        } catch (RejectedExecutionException e) {
            giveBack(lock); // this worker is stopping
            return false;
        }
    }

    /** Wakes a free slot for each waiting execution; also reopens lock sessions that have ended. */
    public void sweep() {
        free.forEach(TemplateLock::keepOpen);
        var idle = free();
        if (idle > 0) {
            for (var waiting = line.waiting(idle, setbacks.resting()); waiting > 0; waiting--) {
                ring();
            }
        }
    }

    private void work(TemplateLock lock) {
        try {
            while (!drain.requested()) {
                var next = line.next(setbacks.resting());
                if (next.isEmpty() || run(next.get(), lock) == ExecutionRunner.Run.SUPERSEDED) {
                    return;
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("no execution is taken from the queue this time: {}", e.toString());
        } finally {
            giveBack(lock);
        }
    }

    private ExecutionRunner.Run run(ExecutionId execution, TemplateLock lock) {
        try {
            var run = runner.run(execution, lock);
            setbacks.forget(execution);
            return run;
        } catch (InterruptedException e) {
            LOG.info("{} is left to another worker: this one stops", execution);
        } catch (Exception e) {
            var rest = e instanceof NoRoomException ? setbacks.addForRoom(execution) : setbacks.add(execution);
            LOG.warn(
                    "{} failed here and is left to any worker; this one tries it again in {} s at the earliest: {}",
                    execution,
                    rest.toSeconds(),
                    e.toString());
        }
        return ExecutionRunner.Run.SUPERSEDED;
    }

    private void giveBack(TemplateLock lock) {
        if (drain.requested()) {
            lock.close(); // the slot is no longer used
        }
        free.add(lock);
        available.release();
    }

    /**
     * Takes no more work and waits, at most this long, until every running execution has reached a point where it is
     * handed over; {@link #close} then interrupts the rest.
     */
    public void drain(Duration grace) throws InterruptedException {
        drain.request();
        free.forEach(TemplateLock::close);
        if (!available.tryAcquire(size, grace.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.info("{} execution(s) are interrupted after {}", size - free(), grace);
            return;
        }
        available.release(size);
    }

    /** Interrupts everything that runs and ends the lock sessions; other workers adopt what is unfinished. */
    @Override
    public void close() {
        if (threads.isShutdown()) {
            return;
        }
        threads.shutdownNow();
        var most = runner.longestEnd().plus(AFTER_THE_STAGE);
        var end = System.nanoTime() + most.toNanos();
        try {
            for (var idle = 0; idle < size; idle++) {
                var lock = free.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (lock == null) {
                    LOG.warn("a slot did not end within {} s; its session ends with the process", most.toSeconds());
                    return;
                }
                lock.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
