package dev.kiln.worker.engine;

import dev.kiln.worker.machine.Boot;
import dev.kiln.worker.machine.BootFailedException;
import dev.kiln.worker.machine.Console;
import dev.kiln.worker.machine.GuestShell;
import dev.kiln.worker.machine.MachineSettings;
import dev.kiln.worker.machine.QemuCommand;
import dev.kiln.worker.secret.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One running test of a disk: its commands run in a machine that boots a throw-away copy of it. */
final class MachineTest {

    private static final List<String> FOR_CHANGING_USER = List.of("SETUID", "SETGID", "SETPCAP");

    private final EngineSettings settings;
    private final MachineSettings machines;
    private final SandboxCommands commands;
    private final BuildRequest request;
    private final BuildOutput output;
    private final Scratch scratch;
    private final Limits limits;
    private final Path directory;

    MachineTest(
            EngineSettings settings,
            MachineSettings machines,
            SandboxCommands commands,
            BuildRequest request,
            BuildOutput output,
            Scratch scratch) {
        this.settings = settings;
        this.machines = machines;
        this.commands = commands;
        this.request = request;
        this.output = new OneAtATime(output);
        this.scratch = scratch;
        this.limits = new Limits(settings, scratch);
        this.directory = scratch.directory().resolve("machine");
    }

    /** Boots the disk and runs all commands. */
    void run() throws BuildFailedException, IOException, InterruptedException {
        if (!machines.boot()) {
            throw new BuildFailedException(
                    "Machine.NotAllowed",
                    "the image is a disk, whose test commands are run in a machine that boots it, and this worker boots"
                            + " none; the operator can set kiln.machine.boot");
        }
        Files.createDirectory(directory);
        output.phase("fetching the disk");
        var able = new AbilityCheck(SandboxCheck.isMapped(settings), machines, settings)
                .find()
                .able();
        var disk = new MachineDisk(commands, request, scratch, limits, able);
        disk.fetch();
        var qemu = new QemuCommand(machines);
        GuestShell.Output between = output::output;
        try (var shell = new GuestShell(directory, between)) {
            output.phase("preparing a throw-away copy of it");
            disk.prepare();
            var console = new Console(this::tell);
            boolean uefi = disk.isUefi();
            output.phase(
                    "booting it, " + (qemu.usesKvm() ? "by KVM" : "emulated") + (uefi ? ", by UEFI" : ", by BIOS"));
            try (var machine = new RunningMachine(line(qemu, uefi), console, scratch, limits)) {
                output.phase(new Boot(console, shell, machines.bootTime())
                        .await(machine::look)
                        .text());
                runCommands(new MachineCommands(machine, shell, output, scratch, limits));
            }
        } catch (BootFailedException e) {
            var remedy = qemu.usesKvm()
                    ? " (it ran by KVM; kiln.machine.acceleration=tcg makes workers emulate a processor instead)"
                    : "";
            throw new BuildFailedException("Machine.BootFailed", e.getMessage() + remedy);
        }
    }

    private void tell(String line) {
        var text = ("console: " + line + "\n").getBytes(StandardCharsets.UTF_8);
        output.output(text, text.length);
    }

    private List<String> line(QemuCommand qemu, boolean uefi) throws IOException {
        var mounts = new ArrayList<>(OwnNetwork.resolver(scratch));
        if (qemu.usesKvm()) {
            mounts.addAll(List.of("--dev-bind", "/dev/kvm", "/dev/kvm"));
        }
        var line = commands.machine(scratch, mounts, FOR_CHANGING_USER, request.network());
        line.addAll(List.of(
                "setpriv",
                "--reuid=" + MachineDisk.USER,
                "--regid=" + MachineDisk.USER,
                qemu.groups(commands.isMapped()),
                "--bounding-set=-all",
                "--"));
        line.addAll(qemu.line("/machine", uefi, request.network()));
        return line;
    }

    private void runCommands(CommandPlace place) throws BuildFailedException, IOException, InterruptedException {
        var state = BuildState.of(request);
        var runs = new CommandRuns(settings, request, scratch, place, state);
        for (int number = 1; number <= request.commands().size(); number++) {
            var time = new StepTime(settings.stepTime());
            try (time) {
                run(number, runs);
            } catch (IOException | InterruptedException | RuntimeException e) {
                if (!time.isOver()) {
                    throw e;
                }
            }
            if (time.isOver()) {
                throw time.exceeded(request.step(number));
            }
        }
    }

    private void run(int number, CommandRuns runs) throws BuildFailedException, IOException, InterruptedException {
        int total = request.commands().size();
        var command = request.commands().get(number - 1);
        output.stepStarted(number, total, command.text());
        long begin = System.nanoTime();
        try {
            runs.execute(command, request.step(number)).ifPresent(text -> runs.remember(number, text));
            output.stepFinished(number, total, Duration.ofNanos(System.nanoTime() - begin));
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), request.step(number) + ": " + e.getMessage());
        }
    }

    /** Serialises the calls: the console and the commands write at the same time. */
    private record OneAtATime(BuildOutput output) implements BuildOutput {

        @Override
        public Secrets secrets() {
            return output.secrets();
        }

        @Override
        public void phase(String what) {
            synchronized (output) {
                output.phase(what);
            }
        }

        @Override
        public void stepStarted(int number, int total, String text) {
            synchronized (output) {
                output.stepStarted(number, total, text);
            }
        }

        @Override
        public void output(byte[] bytes, int length) {
            synchronized (output) {
                output.output(bytes, length);
            }
        }

        @Override
        public void stepFinished(int number, int total, Duration took) {
            synchronized (output) {
                output.stepFinished(number, total, took);
            }
        }
    }
}
