package dev.kiln.bucket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
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
 * Looks into a directory that may be of a file system that hangs, for callers who hold more than their thread: a look
 * that does not come back is left alone, with a thread of its own, of which each directory has few.
 */
final class Look {

    private static final Duration LONGEST = Duration.ofSeconds(3);
    private static final int AT_ONCE = 16;
    private static final Map<Path, Semaphore> FREE = new ConcurrentHashMap<>();
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "bucket-look");
        thread.setDaemon(true);
        return thread;
    });

    private Look() {}

    /** What the look finds, or an {@link IOException} when it takes too long. */
    static <T> T into(Bucket bucket, Callable<T> look) throws IOException {
        var free = FREE.computeIfAbsent(bucket.directory(), directory -> new Semaphore(AT_ONCE));
        try {
            if (!free.tryAcquire(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TimeoutException();
            }
            var found = THREADS.submit(() -> {
                try {
                    return look.call();
                } finally {
                    free.release();
                }
            });
            return found.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the directory of bucket " + bucket.name() + " does not answer", e);
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while bucket " + bucket.name() + " was looked at");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw e.getCause() instanceof IOException trouble ? trouble : new IOException(e.getCause());
        }
    }
}
