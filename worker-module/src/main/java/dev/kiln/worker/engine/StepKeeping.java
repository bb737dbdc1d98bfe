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
 * Keeps the ended steps of a build, one after the other, while the next ones run. If that fails, the thread that
 * created this object, which builds, is interrupted, and the build ends with that failure.
 */
final class StepKeeping implements AutoCloseable {

    /** Keeps one step. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException, InterruptedException, BuildFailedException;
    }

    // About the time that making the next command's sandbox takes. Packing the previous layer needs more processor
    // time, and with few processors it would delay the command, which is what the user waits for.
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

    /** @param stepTime limit for a step's command and for keeping the step together */
    StepKeeping(Duration stepTime) {
        this.stepTime = stepTime;
    }

    /** Begins to keep a step whose command has used part of its time. */
    void begin(String step, Duration taken, Work work) {
        last = thread.submit(() -> keep(step, stepTime.minus(taken), work));
    }

    /** Begins to keep a step, after a head start for the command that follows if there is one. */
    void beginBehindNext(boolean follows, String step, Duration taken, Work work) {
        long begin = System.nanoTime() + (follows ? HEAD_START.toNanos() : 0);
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

    /** Throws the failure of keeping, if there is one: it is the reason for whatever the builder has met since. */
    void throwFailure() throws IOException, InterruptedException, BuildFailedException {
        var reason = failure();
        if (reason == null) {
            return;
        }
        Thread.interrupted(); // the interrupt came from here and has served its purpose
        if (reason instanceof IOException e) {
            throw e;
        } else if (reason instanceof InterruptedException e) {
            throw e;
        } else if (reason instanceof BuildFailedException e) {
            throw e;
        }
        throw (RuntimeException) reason;
    }

    /** Ends the keeping under way and waits for its end. */
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
