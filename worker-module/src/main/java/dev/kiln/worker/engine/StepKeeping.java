package dev.kiln.worker.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the ended steps of a build, one after the other, while the next ones run. When keeping fails, the thread that
 * made this, which builds, is interrupted: the build ends with that failure.
 */
final class StepKeeping implements AutoCloseable {

    /** Keeps one step. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException, InterruptedException, BuildFailedException;
    }

    // To make the next command's sandbox takes about so long. Packing what the one before it wrote takes more of a
    // processor, and where there are few it would hold that command up, which is what somebody waits for.
    private static final Duration HEAD_START = Duration.ofMillis(60);

    private final Thread builder = Thread.currentThread();
    private final Duration stepTime;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        var thread = new Thread(task, "step-keeping");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Future<?> last;
    private @Nullable Exception failure;
    private boolean closed;

    /** @param stepTime of a step's command and keeping it together */
    StepKeeping(Duration stepTime) {
        this.stepTime = stepTime;
    }

    /** Begins to keep a step, whose command took some of its time. */
    void begin(String step, Duration taken, Work work) {
        last = thread.submit(() -> keep(step, stepTime.minus(taken), work));
    }

    /** The same, but what is run next gets a head start. */
    void beginBehindNext(String step, Duration taken, Work work) {
        long begin = System.nanoTime() + HEAD_START.toNanos();
        begin(step, taken, () -> {
            TimeUnit.NANOSECONDS.sleep(begin - System.nanoTime());
            work.run();
        });
    }

    private void keep(String step, Duration left, Work work) {
        if (failure() != null) {
            return;
        }
        var time = new StepTime(stepTime, left);
        try (time) {
            work.run();
        } catch (IOException | InterruptedException | BuildFailedException | RuntimeException e) {
            if (!time.isOver()) {
                fail(e);
            }
        }
        if (time.isOver()) {
            fail(time.exceeded(step));
        }
    }

    private synchronized @Nullable Exception failure() {
        return failure;
    }

    private synchronized void fail(Exception e) {
        if (!closed) {
            failure = e;
            builder.interrupt();
        }
    }

    /** Waits until all steps are kept. */
    void await() throws IOException, InterruptedException, BuildFailedException {
        try {
            if (last != null) {
                last.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("keeping a step failed", e.getCause());
        }
        throwFailure();
    }

    /** Throws what has failed, if anything has: of what the builder met since, it is the reason. */
    void throwFailure() throws IOException, InterruptedException, BuildFailedException {
        var reason = failure();
        if (reason == null) {
            return;
        }
        Thread.interrupted(); // it came from here and has done its work
        if (reason instanceof IOException e) {
            throw e;
        } else if (reason instanceof InterruptedException e) {
            throw e;
        } else if (reason instanceof BuildFailedException e) {
            throw e;
        }
        throw (RuntimeException) reason;
    }

    /** Ends what is under way and waits for its end. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                if (thread.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
