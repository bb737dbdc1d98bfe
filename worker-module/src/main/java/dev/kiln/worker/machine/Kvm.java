package dev.kiln.worker.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Whether KVM can run machines here. The device is not proof enough: in many virtual machines it exists but nothing
 * starts with it. So the emulator is started, without a disk, and told to quit at once.
 */
public final class Kvm {

    /**
     * The machine's processor: the host's, without the register that says which of its bugs are fixed. KVM offers that
     * register on AMD processors, where QEMU 7.2 dies of "failed to set MSR 0x10a". A guest without it is only more
     * careful than necessary.
     */
    static final String PROCESSOR = "host,-arch-capabilities";

    private static final Path DEVICE = Path.of("/dev/kvm");
    private static final Set<PosixFilePermission> FOR_OTHERS = PosixFilePermissions.fromString("------rw-");
    private static final Set<PosixFilePermission> FOR_ITS_GROUP = PosixFilePermissions.fromString("---rw----");

    /** An emulator takes a tenth of a second to start and end; this limit is for one that hangs. */
    private static final Duration TRIAL = Duration.ofSeconds(20);

    private Kvm() {}

    /** Why KVM cannot run machines here; empty if it can. */
    public static Optional<String> trouble() {
        if (!mayUse(DEVICE)) {
            return Optional.of("it may not open " + DEVICE + ", or there is none");
        }
        return failure(trial("kvm", PROCESSOR), TRIAL)
                .map(why -> "it has " + DEVICE + ", but no machine starts by it: " + why);
    }

    /** An emulator that starts a machine, executes nothing, and reads commands from its standard input. */
    static List<String> trial(String acceleration, String processor) {
        var line = new ArrayList<>(List.of(QemuCommand.PROGRAM, "-nodefaults", "-no-user-config", "-display", "none"));
        line.addAll(List.of("-machine", QemuCommand.MACHINE + acceleration, "-cpu", processor, "-m", "64M"));
        line.addAll(List.of("-S", "-monitor", "stdio"));
        return line;
    }

    /** The number of the group that may open the device. */
    static String group() throws IOException {
        return Files.getAttribute(DEVICE, "unix:gid").toString();
    }

    /**
     * Whether the emulator may open the device. It runs as another user than this worker, with the device's group or
     * the worker's groups, but never with root's group.
     */
    static boolean mayUse(Path device) {
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
            return false;
        }
        try {
            var permissions = Files.getPosixFilePermissions(device);
            return permissions.containsAll(FOR_OTHERS)
                    || (permissions.containsAll(FOR_ITS_GROUP)
                            && !Files.getAttribute(device, "unix:gid").equals(0));
        } catch (IOException e) {
            return false;
        }
    }

    /** The failure of an emulator that is told to quit as soon as it has started; empty if it ends well. */
    static Optional<String> failure(List<String> emulator, Duration time) {
        try {
            var process = new ProcessBuilder(emulator)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                quit(process);
                if (!process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
                    return Optional.of("the emulator has not started after " + time.toSeconds() + " s");
                }
                return process.exitValue() == 0 ? Optional.empty() : Optional.of(lastWords(process));
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("the trial was interrupted");
        }
    }

    private static void quit(Process process) {
        try (var monitor = process.getOutputStream()) {
            monitor.write("quit\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // It has already ended; its status and its errors say why.
        }
    }

    private static String lastWords(Process process) throws IOException {
        var errors = new String(process.getErrorStream().readNBytes(2000), StandardCharsets.UTF_8).strip();
        return errors.isEmpty()
                ? "the emulator ended with status " + process.exitValue()
                : errors.lines().findFirst().orElse("");
    }
}
