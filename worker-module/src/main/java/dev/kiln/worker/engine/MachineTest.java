package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.worker.machine.Boot;
import dev.kiln.worker.machine.BootFailedException;
import dev.kiln.worker.machine.Console;
import dev.kiln.worker.machine.GuestShell;
import dev.kiln.worker.machine.MachineSettings;
import dev.kiln.worker.machine.QemuCommand;
import dev.kiln.worker.secret.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One test of a disk under way: its commands are run in a machine that boots a throw-away copy of it. What lets them in
 * is put into the copy, so nothing of it is ever in the image.
 */
final class MachineTest {

    /** Whom the machine runs as: nobody. */
    private static final String USER = "65534";

    private static final List<String> FOR_PREPARATION = List.of("CHOWN", "DAC_OVERRIDE", "FOWNER");
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
        fetch(directory.resolve("given"));
        GuestShell.Output between = output::output;
        try (var shell = new GuestShell(directory, between)) {
            output.phase("preparing a throw-away copy of it");
            prepare();
            var console = new Console(this::tell);
            var qemu = new QemuCommand(machines);
            boolean uefi =
                    Files.readString(directory.resolve("firmware")).strip().equals("uefi");
            output.phase(
                    "booting it, " + (qemu.usesKvm() ? "by KVM" : "emulated") + (uefi ? ", by UEFI" : ", by BIOS"));
            try (var machine = new RunningMachine(line(qemu, uefi), console, scratch, limits)) {
                output.phase(new Boot(console, shell, machines.bootTime())
                        .await(machine::look)
                        .text());
                runCommands(new MachineCommands(machine, shell, output, scratch, limits));
            }
        } catch (BootFailedException e) {
            throw new BuildFailedException("Machine.BootFailed", e.getMessage());
        }
    }

    private void tell(String line) {
        var text = ("console: " + line + "\n").getBytes(StandardCharsets.UTF_8);
        output.output(text, text.length);
    }

    private void fetch(Path file) throws IOException {
        var computation = Digest.computation();
        try (InputStream in = request.base().archive().open(0);
                var out = new DigestOutputStream(Files.newOutputStream(file), computation)) {
            var buffer = new byte[1 << 20];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                limits.checkReserve();
            }
        }
        var digest = Digest.of(computation);
        if (!digest.equals(request.base().digest())) {
            throw new IOException("the image's file has the digest " + digest + ", not "
                    + request.base().digest());
        }
    }

    private void prepare() throws BuildFailedException, IOException, InterruptedException {
        Files.writeString(directory.resolve("guest.sh"), QemuCommand.GUEST);
        var line = commands.machine(scratch, commands.showTools("/tools"), FOR_PREPARATION, false);
        var format = request.base().form().kind().driver();
        line.addAll(List.of("sh", "-c", QemuCommand.PREPARATION, "kiln", format, USER));
        var said = new Tail(2000);
        try {
            int status = new SandboxProcess(line, null, said::add, limits.command()).run();
            if (status == 3) {
                throw new BuildFailedException("Machine.BootFailed", said.text());
            }
            if (status != 0) {
                throw new IOException("preparing the disk ended with status " + status + ": " + said.text());
            }
        } catch (Stopped e) {
            throw new BuildFailedException(e.reason().code(), "preparing the disk: " + e.getMessage());
        }
    }

    private List<String> line(QemuCommand qemu, boolean uefi) throws IOException {
        var mounts = new ArrayList<String>();
        if (request.network()) {
            mounts.addAll(List.of("--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"));
        }
        if (qemu.usesKvm()) {
            mounts.addAll(List.of("--dev-bind", "/dev/kvm", "/dev/kvm"));
        }
        var line = commands.machine(scratch, mounts, FOR_CHANGING_USER, request.network());
        var groups = qemu.groups(commands.isMapped());
        line.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, groups, "--bounding-set=-all", "--"));
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

    /** The console and the commands speak at the same time. */
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
