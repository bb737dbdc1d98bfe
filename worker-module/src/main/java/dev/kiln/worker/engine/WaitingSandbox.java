package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox in which nothing runs yet. Making its namespaces takes longer than many a command, so it is made while the
 * previous command still runs, and is told later what to run.
 */
final class WaitingSandbox implements AutoCloseable {

    private final Scratch scratch;
    private final Future<Process> starting;

    /** @param network whether it has the build's own network, if the build has one */
    WaitingSandbox(SandboxCommands commands, Scratch scratch, boolean network) {
        this.scratch = scratch;
        this.starting = SandboxProcess.starting(commands.waiting(scratch, network), false);
    }

    /** The outputs for a command's standard output and standard error, called by two threads. */
    record Outputs(SandboxProcess.Output out, SandboxProcess.Output errors) {}

    /** Whether it can still be given something to run. */
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
     * @param hidden further arguments of bubblewrap in Base64, which must be in no file and no command line; or empty
     * @param input what the command reads
     */
    record Told(String step, String hidden, SandboxProcess.@Nullable Input input) {

        /** A script without hidden arguments and input. */
        static Told of(String step) {
            return new Told(step, "", null);
        }
    }

    /** Writes down what to run; it begins when the returned process is run. */
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

    /** Ends the sandbox, whether it runs or waits. */
    @Override
    public void close() {
        SandboxProcess.end(starting);
    }
}
