package dev.kiln.worker.engine;

import dev.kiln.image.ImageForm;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs command lines in a build's image, each in its own sandbox; their output goes to the build's output. */
final class ImageCommands implements CommandPlace, AutoCloseable {

    /** Exit status of a script that reports what is wrong with the image. */
    private static final int REFUSED = 3;

    /** Messages of programs that found no name server or no route. */
    private static final Pattern SOUGHT_NETWORK =
            Pattern.compile("(?i)resolv|bad address|name or service not known|network is unreachable");

    private final EngineSettings settings;
    private final SandboxCommands commands;
    private final BuildOutput output;
    private final Scratch scratch;
    private final Limits limits;
    private @Nullable WaitingSandbox waiting;
    private boolean morePlanned;

    ImageCommands(
            EngineSettings settings, SandboxCommands commands, BuildOutput output, Scratch scratch, Limits limits) {
        this.settings = settings;
        this.commands = commands;
        this.output = output;
        this.scratch = scratch;
        this.limits = limits;
    }

    /** Makes the sandbox of the next command line, unless there is one. */
    void prepare() {
        if (waiting == null) {
            waiting = new WaitingSandbox(commands, scratch, true);
        }
    }

    /** Says whether another command line follows the next one: its sandbox is then made meanwhile. */
    void plan(boolean more) {
        morePlanned = more;
    }

    @Override
    public void run(BuildState state, List<String> arguments, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        run(state, arguments, null, Optional.empty(), step);
    }

    @Override
    public void run(BuildState state, List<String> arguments, SandboxProcess.Input input, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        run(state, arguments, input, Optional.empty(), step);
    }

    @Override
    public void run(BuildState state, List<String> arguments, Optional<CapturedOutput> captured, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        run(state, arguments, null, captured, step);
    }

    @Override
    public void run(BuildState state, List<String> arguments, SandboxProcess.Output stdout, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var told = new CommandOutput(output);
        run(state, commands.step(scratch, state, arguments), null, stdout, told, step);
    }

    private void run(
            BuildState state,
            List<String> arguments,
            SandboxProcess.@Nullable Input input,
            Optional<CapturedOutput> captured,
            String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var told = new CommandOutput(output);
        SandboxProcess.Output stdout = (bytes, length) -> {
            captured.ifPresent(capture -> capture.add(bytes, length));
            told.out(bytes, length);
        };
        var line = commands.step(scratch, state, arguments);
        // A single stream keeps standard output and standard error in order.
        var joined = captured.isPresent() ? line : SandboxCommands.JOIN_ERRORS + line;
        run(state, joined, input, stdout, told, step);
    }

    private void run(
            BuildState state,
            String line,
            SandboxProcess.@Nullable Input input,
            SandboxProcess.Output stdout,
            CommandOutput told,
            String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        scratch.makeDirectories();
        var what = new WaitingSandbox.Told(line, SandboxCommands.hidden(state), input);
        int status;
        try {
            status = run(what, new WaitingSandbox.Outputs(stdout, told::errors), limits.command(), true);
        } finally {
            told.end();
        }
        if (status != 0) {
            fail(status, step, told.lastLines());
        }
    }

    /** Packs the image as it is now. */
    void pack(SandboxProcess.Output archive, long newest)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var errors = new Tail(2000);
        scratch.makeDirectories();
        var outputs = new WaitingSandbox.Outputs(archive, errors::add);
        int status = run(WaitingSandbox.Told.of(commands.pack(scratch, newest)), outputs, limits::checkDisk);
        if (status != 0) {
            fail(status, "packing the image", errors.text());
        }
    }

    /** Runs one of Kiln's scripts, which sees the image as it is now as {@code /image}; returns its exit status. */
    int read(List<String> script, List<String> capabilities, WaitingSandbox.Outputs outputs, Duration most)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        scratch.makeDirectories();
        var tool = new ArrayList<>(List.of("sh", "-c"));
        tool.addAll(script);
        var told = WaitingSandbox.Told.of(commands.read(scratch, capabilities, tool));
        return run(told, outputs, limits.within(most, "it took longer than " + most.toSeconds() + " seconds"));
    }

    /** Makes a bootable disk of the image as it is now: a file in that directory of the scratch space. */
    void packDisk(String directory, ImageForm.Kind kind, long newest)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var said = new Tail(2000);
        scratch.makeDirectories();
        Files.createDirectories(scratch.directory().resolve(directory));
        var outputs = new WaitingSandbox.Outputs(said::add, said::add);
        var told = SandboxCommands.JOIN_ERRORS + commands.packDisk(scratch, directory, kind, newest);
        int status = run(WaitingSandbox.Told.of(told), outputs, limits::checkDisk);
        if (status == REFUSED) {
            throw new BuildFailedException("OutputFormat.Refused", said.text());
        }
        if (status != 0) {
            throw new IOException("making the disk ended with status " + status + ": " + scratch.trouble()
                    + scratch.problem() + said.text());
        }
    }

    private int run(WaitingSandbox.Told told, WaitingSandbox.Outputs outputs, SandboxProcess.Watch watch)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        return run(told, outputs, watch, false);
    }

    private int run(
            WaitingSandbox.Told told, WaitingSandbox.Outputs outputs, SandboxProcess.Watch watch, boolean network)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        scratch.forgetEnd();
        try (var sandbox = take(network)) {
            // Not before the first look: starting both at once would slow both down.
            SandboxProcess.Watch preparing = () -> {
                if (morePlanned) {
                    prepare();
                }
                watch.look();
            };
            int status = sandbox.told(told, outputs, preparing).run();
            if (status != 0 && !scratch.hasBegun() && scratch.problem().isEmpty()) {
                throw new IOException(scratch.notBegun(status));
            }
            if (morePlanned) {
                prepare();
            }
            return status;
        } catch (Stopped e) {
            if (!scratch.hasBegun()) {
                throw new IOException("a sandbox was not ready when " + e.getMessage(), e);
            }
            throw e;
        }
    }

    private WaitingSandbox take(boolean network) throws InterruptedException {
        var ready = waiting;
        waiting = null;
        if (ready != null && !ready.isUsable()) {
            ready.close();
            ready = null;
        }
        return ready == null ? new WaitingSandbox(commands, scratch, network) : ready;
    }

    /** Ends the sandbox that was made for a next command line. */
    @Override
    public void close() {
        if (waiting != null) {
            waiting.close();
            waiting = null;
        }
    }

    private boolean lacksNetwork(String lastLines) {
        return !scratch.network() && SOUGHT_NETWORK.matcher(lastLines).find();
    }

    /**
     * Throws the reason why a command line ended with this status: the fault of the machine, the base image or the
     * command.
     */
    private void fail(int status, String step, String lastLines) throws BuildFailedException, IOException {
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
                CommandRuns.ended(
                        step,
                        status,
                        lacksNetwork(lastLines) ? " (it had no network: InternetMaxBandwidthOut is 0)" : "",
                        lastLines),
                status);
    }
}
