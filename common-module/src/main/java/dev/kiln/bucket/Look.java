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
 * Looks into a directory that may be of a file system that hangs: a look that does not come back is left alone, with a
 * thread of its own, of which each directory has few. Only the first callers wait long for a directory that hangs. From
 * then on it gets a moment, in which one that is there answers, and nothing once all its threads hang; until a look
 * comes back.
 */
final class Look {

    private static final Duration LONGEST = Duration.ofSeconds(3);
    private static final Duration MOMENT = Duration.ofMillis(200);
    private static final int AT_ONCE = 16;
    private static final Map<Path, Look> LOOKS = new ConcurrentHashMap<>();
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "bucket-look");
        thread.setDaemon(true);
        return thread;
    });

    private final Semaphore free = new Semaphore(AT_ONCE);
    // Whether the last that was heard of the directory is that it did not answer in time.
    private volatile boolean silent;

    private Look() {}

    /** What the look finds, or an {@link IOException} when it takes too long. */
    static <T> T into(Bucket bucket, Callable<T> look) throws IOException {
        var looks = LOOKS.computeIfAbsent(bucket.directory(), directory -> new Look());
        try {
            return looks.look(look);
        } catch (TimeoutException e) {
            looks.silent = true;
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

    private <T> T look(Callable<T> look) throws InterruptedException, ExecutionException, TimeoutException {
        var turn = silent ? 0 : LONGEST.toMillis();
        if (!free.tryAcquire(turn, TimeUnit.MILLISECONDS)) {
            throw new TimeoutException();
        }
        var found = THREADS.submit(() -> {
            try {
                return look.call();
            } finally {
                silent = false;
                free.release();
            }
        });
        return found.get((silent ? MOMENT : LONGEST).toMillis(), TimeUnit.MILLISECONDS);
    }
}
