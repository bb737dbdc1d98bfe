package dev.kiln.worker.engine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs command lines in a build's image, each in a sandbox of its own; what they print goes to the build's output. */
final class ImageCommands {

    private final EngineSettings settings;
    private final SandboxCommands commands;
    private final BuildOutput output;
    private final Scratch scratch;
    private final Limits limits;

    ImageCommands(
            EngineSettings settings, SandboxCommands commands, BuildOutput output, Scratch scratch, Limits limits) {
        this.settings = settings;
        this.commands = commands;
        this.output = output;
        this.scratch = scratch;
        this.limits = limits;
    }

    /** Runs the static tool with the arguments, as root. */
    void run(BuildState state, List<String> arguments, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        run(state, arguments, null, Optional.empty(), step);
    }

    /** The same, with something to read from standard input. */
    void run(BuildState state, List<String> arguments, SandboxProcess.Input input, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        run(state, arguments, input, Optional.empty(), step);
    }

    /** The same; what is printed to standard output is captured too. */
    void run(BuildState state, List<String> arguments, Optional<CapturedOutput> captured, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        run(state, arguments, null, captured, step);
    }

    /** The same; what is printed to standard output goes to the sink alone. */
    void run(BuildState state, List<String> arguments, SandboxProcess.Output stdout, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var tail = new Tail(4000);
        SandboxProcess.Output errors = (bytes, length) -> {
            tail.add(bytes, length);
            output.output(bytes, length);
        };
        var line = commands.step(scratch, state, arguments);
        int status = new SandboxProcess(line, Optional.empty(), null, stdout, limits.command())
                .withErrorsApart(errors)
                .run();
        if (status != 0) {
            fail(status, step, tail.text());
        }
    }

    private void run(
            BuildState state,
            List<String> arguments,
            SandboxProcess.@Nullable Input input,
            Optional<CapturedOutput> captured,
            String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var tail = new Tail(4000);
        SandboxProcess.Output sink = (bytes, length) -> {
            synchronized (tail) {
                tail.add(bytes, length);
                output.output(bytes, length);
            }
        };
        SandboxProcess.Output stdout = (bytes, length) -> {
            captured.ifPresent(capture -> capture.add(bytes, length));
            sink.take(bytes, length);
        };
        var line = commands.step(scratch, state, arguments);
        var process = new SandboxProcess(line, Optional.empty(), input, stdout, limits.command());
        int status = (captured.isPresent() ? process.withErrorsApart(sink) : process).run();
        if (status != 0) {
            fail(status, step, tail.text());
        }
    }

    /** Says why a command line ended like this: by the machine's fault, the base image's or its own. */
    void fail(int status, String step, String lastLines) throws BuildFailedException, IOException {
        if (!scratch.trouble().isEmpty()) {
            throw new IOException(scratch.trouble());
        }
        if (!scratch.problem().isEmpty()) {
            throw new BuildFailedException("BaseImage.Refused", scratch.problem());
        }
        if (scratch.group().ranOutOfMemory()) {
            throw new BuildFailedException(
                    "BuildCommand.MemoryLimitExceeded",
                    step + ": used more than the " + settings.memory()
                            + " of memory that a command may; the operator can raise kiln.engine.memory; last lines:\n"
                            + lastLines);
        }
        throw new BuildFailedException(
                "BuildCommand.Failed",
                step + " ended with exit code " + status + "; last lines:\n" + lastLines,
                status);
    }
}
