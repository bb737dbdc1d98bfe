package dev.kiln.worker.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The emulator's command line. All its files are in one directory; its standard output is the machine's console. Its
 * only devices are a disk, the ports of {@link GuestShell}, a source of random numbers and, where allowed, a network
 * card.
 */
public final class QemuCommand {

    /** The program that boots disks. */
    public static final String PROGRAM = "qemu-system-x86_64";

    /** A shell script that makes a throw-away disk from a disk file: see copy.sh. */
    public static final String COPY = script("copy.sh");

    /** A script that lets the commands into its root file system: see prepare.sh. */
    public static final String PREPARATION = script("prepare.sh");

    /** A script that finds out what boots the disk, and hands it to the machine's user: see firmware.sh. */
    public static final String FIRMWARE = script("firmware.sh");

    /** A bash script that replaces prepare.sh where no tool writes the root file system: see hook.sh. */
    public static final String HOOK = script("hook.sh");

    /**
     * The part that all machines share, up to what executes their instructions. Without graphics, BIOS prints to the
     * console.
     */
    static final String MACHINE = "q35,graphics=off,accel=";

    private final MachineSettings settings;
    private final boolean kvm;

    /**
     * A command line for machines with these settings; if they leave the acceleration open, checks whether KVM works.
     */
    public QemuCommand(MachineSettings settings) {
        this.settings = settings;
        this.kvm = switch (settings.acceleration()) {
            case AUTOMATIC -> Kvm.trouble().isEmpty();
            case KVM -> true;
            case TCG -> false;
        };
    }

    /** Whether KVM executes the machine's instructions. */
    public boolean usesKvm() {
        return kvm;
    }

    /**
     * The command line.
     *
     * @param directory where the emulator sees the disk and, beside it, the ports
     * @param uefi whether the firmware is UEFI, a copy of which is there too, rather than BIOS
     */
    public List<String> line(String directory, boolean uefi, boolean network) {
        var line = new ArrayList<>(List.of(PROGRAM, "-nodefaults", "-no-user-config", "-display", "none"));
        line.addAll(List.of("-machine", MACHINE + (kvm ? "kvm" : "tcg")));
        line.addAll(List.of("-cpu", kvm ? Kvm.PROCESSOR : "max", "-smp", Integer.toString(settings.cpus())));
        line.addAll(List.of("-m", settings.memory().toMegabytes() + "M", "-no-reboot"));
        line.addAll(List.of("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
        if (uefi) {
            line.addAll(List.of("-drive", "if=pflash,unit=0,format=raw,readonly=on,file=" + directory + "/code.fd"));
            line.addAll(List.of("-drive", "if=pflash,unit=1,format=raw,file=" + directory + "/vars.fd"));
        }
        line.addAll(List.of("-drive", "if=virtio,format=raw,cache=unsafe,discard=unmap,file=" + directory + "/disk"));
        line.addAll(List.of("-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"));
        line.addAll(List.of("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"));
        for (var port : List.of("control", "out", "errors")) {
            line.addAll(List.of("-chardev", "socket,id=" + port + ",path=" + directory + "/" + port));
            line.addAll(List.of("-device", "virtserialport,chardev=" + port + ",name=kiln." + port));
        }
        line.addAll(List.of("-nic", network ? "user,model=virtio-net-pci" : "none"));
        return line;
    }

    /**
     * The option of setpriv that leaves the emulator the groups that it needs.
     *
     * @param mapped whether it runs in a user namespace, in which this machine's groups have no numbers
     */
    public String groups(boolean mapped) throws IOException {
        if (!kvm) {
            return "--clear-groups";
        }
        return mapped ? "--keep-groups" : "--groups=" + Kvm.group();
    }

    static String script(String name) {
        try (InputStream in = QemuCommand.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
