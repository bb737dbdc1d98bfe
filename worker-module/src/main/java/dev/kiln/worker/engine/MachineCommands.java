package dev.kiln.worker.engine;

import dev.kiln.worker.machine.BootFailedException;
import dev.kiln.worker.machine.GuestShell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs command lines in a running machine as they are run in sandboxes. */
final class MachineCommands implements CommandPlace {

    /** Reads the variables and then becomes the command that follows. */
    private static final String TAKE_PARAMETERS =
            "eval \"$(/.kiln/busybox cat <&9)\"; exec 9<&-; exec /.kiln/busybox \"$@\"";

    private final RunningMachine machine;
    private final GuestShell shell;
    private final BuildOutput output;
    private final Scratch scratch;
    private final Limits limits;

    MachineCommands(RunningMachine machine, GuestShell shell, BuildOutput output, Scratch scratch, Limits limits) {
        this.machine = machine;
        this.shell = shell;
        this.output = output;
        this.scratch = scratch;
        this.limits = limits;
    }

    @Override
    public void run(BuildState state, List<String> arguments, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var told = new CommandOutput(output);
        run("exec 2>&1\n" + script(state, arguments), null, told::out, told, step);
    }

    @Override
    public void run(BuildState state, List<String> arguments, SandboxProcess.Input input, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var file = scratch.directory().resolve("input");
        try (var out = Files.newOutputStream(file)) {
            input.writeTo(out);
        }
        var told = new CommandOutput(output);
        run("exec 2>&1\n" + script(state, arguments), file, told::out, told, step);
        Files.delete(file);
    }

    @Override
    public void run(BuildState state, List<String> arguments, Optional<CapturedOutput> captured, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        if (captured.isEmpty()) {
            run(state, arguments, step);
            return;
        }
        var told = new CommandOutput(output);
        GuestShell.Output stdout = (bytes, length) -> {
            captured.get().add(bytes, length);
            told.out(bytes, length);
        };
        run(script(state, arguments), null, stdout, told, step);
    }

    @Override
    public void run(BuildState state, List<String> arguments, SandboxProcess.Output stdout, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        run(script(state, arguments), null, stdout::take, new CommandOutput(output), step);
    }

    private static String script(BuildState state, List<String> arguments) {
        var directory = SandboxCommands.quoted(state.directory());
        var environment = state.processEnvironment().entrySet().stream()
                .map(variable -> SandboxCommands.quoted(variable.getKey() + "=" + variable.getValue()))
                .collect(Collectors.joining(" "));
        var line = arguments.stream().map(SandboxCommands::quoted).collect(Collectors.joining(" "));
        var begin = "cd " + directory + " || exit 1\nexec /.kiln/busybox env -i " + environment + " /.kiln/busybox ";
        var parameters = state.parameters().environment();
        if (parameters.isEmpty()) {
            return begin + line + "\n";
        }
        // Through a pipe: all processes of the machine can see a command line.
        var exports = parameters.entrySet().stream()
                .map(each -> "export " + each.getKey() + "=" + SandboxCommands.quoted(each.getValue()) + "\n")
                .collect(Collectors.joining());
        var end = "KILN_" + UUID.randomUUID();
        return begin + "sh -c " + SandboxCommands.quoted(TAKE_PARAMETERS) + " kiln " + line + " 9<<'" + end + "'\n"
                + exports + end + "\n";
    }

    private void run(String script, @Nullable Path input, GuestShell.Output stdout, CommandOutput told, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var watch = limits.command();
        int status;
        try {
            status = shell.run(script, input, stdout, told::errors, (GuestShell.Look<Exception>) () -> {
                machine.look();
                watch.look();
            });
        } catch (BootFailedException e) {
            throw new BuildFailedException("Machine.Stopped", step + ": " + e.getMessage());
        } catch (BuildFailedException | IOException | InterruptedException | Stopped | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("no other exception is thrown", e);
        } finally {
            told.end();
        }
        if (status != 0) {
            throw new BuildFailedException(
                    CommandRuns.FAILED, CommandRuns.ended(step, status, "", told.lastLines()), status);
        }
    }
}
