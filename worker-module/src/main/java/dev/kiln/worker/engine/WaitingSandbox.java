package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    /** @param network whether it has the build's own network, if the build has one */
    WaitingSandbox(SandboxCommands commands, Scratch scratch, boolean network) {
        this.scratch = scratch;
        this.starting = SandboxProcess.starting(commands.waiting(scratch, network), false);
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

    /**
     * What to run.
     *
     * @param step the script
     * @param hidden more of bubblewrap's arguments in Base64, which must be in no file and no command line, or empty
     * @param input what the command reads
     */
    record Told(String step, String hidden, SandboxProcess.@Nullable Input input) {

        /** Nothing is hidden, and nothing is read. */
        static Told of(String step) {
            return new Told(step, "", null);
        }
    }

    /** Leaves word what to run; it begins when the process is run. */
    SandboxProcess told(Told told, Outputs outputs, SandboxProcess.Watch watch) throws IOException {
        Files.writeString(scratch.directory().resolve("step"), told.step());
        SandboxProcess.Input begin = out -> {
            out.write((told.hidden() + "\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            if (told.input() != null) {
                told.input().writeTo(out);
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
