package dev.kiln.bench.peer;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Keeps one execution of every key running until enough have ended: the most callers possible without overlap. */
public final class ClosedLoop implements AutoCloseable {

    private static final long SECONDS_WITHOUT_AN_END = 60;

    private final Contender contender;
    private final int keys;
    private final ExecutorService clients = Executors.newFixedThreadPool(Contender.THREADS);
    private final AtomicInteger toSubmit = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private volatile CountDownLatch left = new CountDownLatch(0);

    public ClosedLoop(Contender contender, int keys) {
        this.contender = contender;
        this.keys = keys;
    }

    /** Runs this number of executions and returns their rate per second, from the first call to the last end. */
    public double run(int executions) throws Exception {
        toSubmit.set(executions);
        left = new CountDownLatch(executions);
        var begun = System.nanoTime();
        for (var key = 0; key < Math.min(keys, executions); key++) {
            next(key);
        }
        var before = -1;
        while (!left.await(SECONDS_WITHOUT_AN_END, TimeUnit.SECONDS)) {
            if (ended.get() == before) {
                throw new IOException(contender.name() + " did not end an execution within " + SECONDS_WITHOUT_AN_END
                        + " s; " + left.getCount() + " of " + executions + " are left");
            }
            before = ended.get();
        }
        var failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return executions * 1e9 / (System.nanoTime() - begun);
    }

    /** Called by the contender when an execution of the key has ended. */
    public void ended(int key) {
        ended.incrementAndGet();
        next(key);
        left.countDown();
    }

    private void next(int key) {
        if (toSubmit.getAndDecrement() > 0) {
            try {
                clients.execute(() -> submit(key));
            } catch (RejectedExecutionException e) {
                failure.compareAndSet(null, e);
            }
        }
    }

    private void submit(int key) {
        try {
            contender.submit(key);
        } catch (Exception e) {
            failure.compareAndSet(null, e);
            left.countDown();
        }
    }

    @Override
    public void close() {
        clients.shutdownNow();
    }
}
