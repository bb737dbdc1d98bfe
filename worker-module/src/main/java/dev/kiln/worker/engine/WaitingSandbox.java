package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox in which nothing runs yet. To make its namespaces takes longer than many a command, so it is made while the
 * command before still runs; then it is told what to do.
 */
final class WaitingSandbox implements AutoCloseable {

    private final Scratch scratch;
    private final Future<Process> starting;

    WaitingSandbox(SandboxCommands commands, Scratch scratch) {
        this.scratch = scratch;
        this.starting = SandboxProcess.starting(commands.waiting(scratch), false);
    }

    /** Where a command's standard output and standard error go, by two threads. */
    record Outputs(SandboxProcess.Output out, SandboxProcess.Output errors) {}

    /** Whether it can still be told anything. */
    boolean isUsable() throws InterruptedException {
        try {
            return !starting.isDone() || starting.get().isAlive();
        } catch (ExecutionException | CancellationException e) {
            return false;
        }
    }

    /** Leaves word what to run; it begins when the process is run. */
    SandboxProcess told(String step, SandboxProcess.@Nullable Input input, Outputs outputs, SandboxProcess.Watch watch)
            throws IOException {
        Files.writeString(scratch.directory().resolve("step"), step);
        SandboxProcess.Input begin = out -> {
            out.write('\n');
            out.flush();
            if (input != null) {
                input.writeTo(out);
            }
        };
        return new SandboxProcess(starting, begin, outputs, watch);
    }

    /** Ends it, if it runs or waits. */
    @Override
    public void close() {
        SandboxProcess.end(starting);
    }
}
