package dev.kiln.worker.engine;

import dev.kiln.worker.machine.BootFailedException;
import dev.kiln.worker.machine.GuestShell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs command lines in a machine that is up, as those of sandboxes are run. */
final class MachineCommands implements CommandPlace {

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
        var tail = new Tail(4000);
        run("exec 2>&1\n" + script(state, arguments), null, told(tail), tail, step);
    }

    @Override
    public void run(BuildState state, List<String> arguments, SandboxProcess.Input input, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var file = scratch.directory().resolve("input");
        try (var out = Files.newOutputStream(file)) {
            input.writeTo(out);
        }
        var tail = new Tail(4000);
        run("exec 2>&1\n" + script(state, arguments), file, told(tail), tail, step);
        Files.delete(file);
    }

    @Override
    public void run(BuildState state, List<String> arguments, Optional<CapturedOutput> captured, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        if (captured.isEmpty()) {
            run(state, arguments, step);
            return;
        }
        var tail = new Tail(4000);
        var told = told(tail);
        GuestShell.Output stdout = (bytes, length) -> {
            captured.get().add(bytes, length);
            told.take(bytes, length);
        };
        run(script(state, arguments), null, stdout, tail, step);
    }

    @Override
    public void run(BuildState state, List<String> arguments, SandboxProcess.Output stdout, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        run(script(state, arguments), null, stdout::take, new Tail(4000), step);
    }

    private static String script(BuildState state, List<String> arguments) {
        var directory = SandboxCommands.quoted(state.directory());
        var environment = state.processEnvironment().entrySet().stream()
                .map(variable -> SandboxCommands.quoted(variable.getKey() + "=" + variable.getValue()))
                .collect(Collectors.joining(" "));
        return "cd " + directory + " || exit 1\nexec /.kiln/busybox env -i " + environment + " /.kiln/busybox "
                + arguments.stream().map(SandboxCommands::quoted).collect(Collectors.joining(" ")) + "\n";
    }

    private GuestShell.Output told(Tail tail) {
        return (bytes, length) -> {
            synchronized (tail) {
                tail.add(bytes, length);
            }
            output.output(bytes, length);
        };
    }

    private void run(String script, @Nullable Path input, GuestShell.Output stdout, Tail tail, String step)
            throws BuildFailedException, IOException, InterruptedException, Stopped {
        var watch = limits.command();
        int status;
        try {
            status = shell.run(script, input, stdout, told(tail), (GuestShell.Look<Exception>) () -> {
                machine.look();
                watch.look();
            });
        } catch (BootFailedException e) {
            throw new BuildFailedException("Machine.Stopped", step + ": " + e.getMessage());
        } catch (BuildFailedException | IOException | InterruptedException | Stopped | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("no other exception is thrown", e);
        }
        if (status != 0) {
            synchronized (tail) {
                throw new BuildFailedException(
                        CommandRuns.FAILED,
                        step + " ended with exit code " + status + "; last lines:\n" + tail.text(),
                        status);
            }
        }
    }
}
