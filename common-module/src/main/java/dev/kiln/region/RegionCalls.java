package dev.kiln.region;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls of regions on behalf of somebody who waits: a call that does not come back in time is left alone, with a thread
 * of its own, of which each region has few.
 */
public final class RegionCalls {

    /** How long a region may take for what is done at once in one that answers. */
    public static final Duration MOMENT = Duration.ofSeconds(3);

    private static final int AT_ONCE = 16;

    private final Map<RegionId, Semaphore> free = new ConcurrentHashMap<>();
    private final ExecutorService threads;

    /** @param name name of the threads */
    public RegionCalls(String name) {
        this.threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The call's result, or an {@link IOException} when it has not ended in time; then it is interrupted. */
    public <T> T within(Duration limit, RegionId region, Callable<T> call) throws IOException {
        var turns = free.computeIfAbsent(region, any -> new Semaphore(AT_ONCE));
        try {
            if (!turns.tryAcquire(MOMENT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw silent(region, MOMENT);
            }
            var result = threads.submit(() -> {
                try {
                    return call.call();
                } finally {
                    turns.release();
                }
            });
            try {
                return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                result.cancel(true);
            }
        } catch (TimeoutException e) {
            throw silent(region, limit);
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while region " + region + " was called");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw e.getCause() instanceof IOException trouble ? trouble : new IOException(e.getCause());
        }
    }

    private static IOException silent(RegionId region, Duration limit) {
        return new IOException(
                "region " + region + " has not answered for " + limit.toSeconds() + " s; is its file system there?");
    }
}
