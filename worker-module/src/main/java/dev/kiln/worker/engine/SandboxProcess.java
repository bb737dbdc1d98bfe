package dev.kiln.worker.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a command line that begins a PID namespace. When {@link #run} returns or throws, every process of that
 * namespace is gone.
 */
final class SandboxProcess {

    // The first look comes soon. Later ones are less frequent, since many commands may run at a time.
    private static final int FIRST_LOOK_MILLIS = 50;
    private static final int LOOK_MILLIS = 200;

    /**
     * Starts all processes. The kernel ends a sandbox when the thread that started it ends, so a killed worker leaves
     * nothing. That thread must therefore live as long as the worker.
     */
    private static final ExecutorService STARTER =
            Executors.newSingleThreadExecutor(task -> thread(task, "sandbox-starter"));

    /** Reads and writes streams. Pooled, because starting a thread takes longer than many a command does. */
    private static final ExecutorService STREAMS =
            Executors.newCachedThreadPool(task -> thread(task, "sandbox-stream"));

    /** What unshare prints when {@link #kill} has ended the command; useless in a build's log. */
    private static final byte[] KILLED =
            "unshare: sigprocmask unblock failed: Invalid argument\n".getBytes(StandardCharsets.US_ASCII);

    /** Writes a command's standard input. */
    @FunctionalInterface
    interface Input {
        void writeTo(OutputStream out) throws IOException, BuildFailedException;
    }

    /** Takes a command's standard output. */
    @FunctionalInterface
    interface Output {
        void take(byte[] bytes, int length) throws IOException;
    }

    /** Asked a few times a second whether the command may go on. */
    @FunctionalInterface
    interface Watch {
        void look() throws Stopped, IOException;
    }

    private final Supplier<Future<Process>> starting;
    private final @Nullable Input input;
    private final Output output;
    private final Watch watch;
    private @Nullable Output apart;
    private Runnable ending = () -> {};

    /** A future run whose standard error joins its standard output. */
    SandboxProcess(List<String> command, @Nullable Input input, Output output, Watch watch) {
        this.starting = () -> starting(command, apart == null);
        this.input = input;
        this.output = output;
        this.watch = watch;
    }

    /** A run whose process is already being started. */
    SandboxProcess(Future<Process> started, Input input, WaitingSandbox.Outputs outputs, Watch watch) {
        this.starting = () -> started;
        this.input = input;
        this.output = outputs.out();
        this.apart = outputs.errors();
        this.watch = watch;
    }

    /** Sends standard error to its own output, which another thread calls. */
    SandboxProcess withErrorsApart(Output output) {
        apart = output;
        return this;
    }

    /** Runs the action when the process has ended, for an input that would otherwise go on. */
    SandboxProcess atEnd(Runnable action) {
        ending = action;
        return this;
    }

    /** Runs the command and returns its exit status. */
    int run() throws IOException, InterruptedException, Stopped, BuildFailedException {
        var process = start();
        var reader = background(() -> read(process.getInputStream(), output));
        var errorOutput = apart;
        var errorReader = errorOutput == null ? reader : background(() -> read(process.getErrorStream(), errorOutput));
        var writer = background(() -> write(process.getOutputStream()));
        try {
            int pause = FIRST_LOOK_MILLIS;
            while (!process.waitFor(pause, TimeUnit.MILLISECONDS)) {
                pause = Math.min(2 * pause, LOOK_MILLIS);
                watch.look();
                failEarly(reader);
                failEarly(errorReader);
            }
            ending.run();
            finish(reader);
            finish(errorReader);
            if (process.exitValue() == 0 || isRefusal(writer)) {
                finish(writer);
            }
            return process.exitValue();
        } finally {
            kill(process);
            settle(reader);
            settle(errorReader);
        }
    }

    /** Waits for the output's last call, with a time limit, so that none comes after the end. */
    private static void settle(FutureTask<@Nullable Void> reader) {
        boolean interrupted = Thread.interrupted();
        try {
            reader.get(1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // finish() has already reported the reason.
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts a command line in the background. */
    static Future<Process> starting(List<String> command, boolean errorsJoin) {
        var builder = new ProcessBuilder(command).redirectErrorStream(errorsJoin);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        return STARTER.submit((Callable<Process>) builder::start);
    }

    private Process start() throws IOException, InterruptedException {
        var started = starting.get();
        try {
            return started.get();
        } catch (InterruptedException e) {
            STARTER.execute(() -> end(started));
            throw e;
        } catch (ExecutionException e) {
            throw new IOException("starting a sandbox failed: " + e.getCause(), e);
        }
    }

    /** Ends the process, if it ever started. */
    static void end(Future<Process> started) {
        boolean interrupted = false;
        while (true) {
            try {
                kill(started.get());
                break;
            } catch (ExecutionException e) {
                break; // it never started
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static @Nullable Void read(InputStream in, Output output) throws IOException {
        var buffer = new byte[64 << 10];
        int held = 0; // how many bytes of that message have arrived, possibly in pieces
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (count <= KILLED.length - held && Arrays.equals(buffer, 0, count, KILLED, held, held + count)) {
                held = (held + count) % KILLED.length;
            } else {
                tell(output, held);
                output.take(buffer, count);
                held = 0;
            }
        }
        tell(output, held);
        return null;
    }

    /** It was not that message: the bytes that looked like its beginning are the command's. */
    private static void tell(Output output, int held) throws IOException {
        if (held > 0) {
            output.take(KILLED, held);
        }
    }

    private @Nullable Void write(OutputStream out) throws IOException, BuildFailedException {
        try (out) {
            if (input != null) {
                input.writeTo(out);
            }
        }
        return null;
    }

    private static FutureTask<@Nullable Void> background(Callable<@Nullable Void> work) {
        var task = new FutureTask<>(work);
        STREAMS.execute(task);
        return task;
    }

    private static Thread thread(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static void failEarly(FutureTask<@Nullable Void> task)
            throws IOException, InterruptedException, BuildFailedException {
        if (task.isDone()) {
            finish(task);
        }
    }

    /** Whether the input itself was bad, rather than a pipe without a reader. */
    private static boolean isRefusal(FutureTask<@Nullable Void> writer) throws InterruptedException {
        try {
            writer.get();
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof BuildFailedException;
        }
    }

    private static void finish(FutureTask<@Nullable Void> task)
            throws IOException, InterruptedException, BuildFailedException {
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BuildFailedException failure) {
                throw failure;
            }
            if (e.getCause() instanceof UncheckedIOException failure) {
                throw new IOException(failure.getMessage(), failure);
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    /** Ends the namespace's first process; the kernel then ends all others before the parent is notified. */
    static void kill(Process process) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (process.isAlive() && System.nanoTime() < deadline) {
            var first = process.children().toList();
            first.forEach(ProcessHandle::destroyForcibly);
            try {
                // Without the parent nothing could wait for the end of the namespace, which can be slow on a busy
                // machine.
                if (!process.waitFor(200, TimeUnit.MILLISECONDS) && first.isEmpty()) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        process.destroyForcibly();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
