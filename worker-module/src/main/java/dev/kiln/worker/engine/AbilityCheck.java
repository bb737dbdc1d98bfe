package dev.kiln.worker.engine;

import dev.kiln.execution.Ability;
import dev.kiln.worker.disk.KernelFileSystem;
import dev.kiln.worker.machine.Kvm;
import dev.kiln.worker.machine.MachineSettings;
import dev.kiln.worker.machine.QemuCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds out what this worker can do by looking at what this machine has; only the check of KVM runs something. */
final class AbilityCheck {

    private static final Path LOOP_CONTROL = Path.of("/dev/loop-control");
    private static final Path FUSE = Path.of("/dev/fuse");
    private static final Path TUNNEL = Path.of("/dev/net/tun");
    private static final Path FILE_SYSTEMS = Path.of("/proc/filesystems");
    private static final Path TWO_OF_ONE_ID = Path.of("/sys/fs/btrfs/features/temp_fsid");
    private static final Path GRUB = Path.of("/usr/lib/grub");
    private static final Pattern EFFECTIVE = Pattern.compile("(?m)^CapEff:\\s*([0-9a-f]+)$");
    private static final int SYS_ADMIN = 21;
    private static final List<String> DISK_TOOLS = List.of("qemu-img", "e2fsck", "resize2fs", "debugfs", "dumpe2fs");

    private final boolean mapped;
    private final MachineSettings machines;
    private final EngineSettings settings;

    /**
     * A check under these settings.
     *
     * @param mapped whether this worker's sandboxes need a user namespace
     */
    AbilityCheck(boolean mapped, MachineSettings machines, EngineSettings settings) {
        this.mapped = mapped;
        this.machines = machines;
        this.settings = settings;
    }

    Abilities find() {
        var lacking = new EnumMap<Ability, String>(Ability.class);
        trouble(Ability.DISKS, lacking, disks());
        trouble(Ability.BOOTABLE_DISKS, lacking, bootableDisks());
        var kvm = kvm();
        var machines = machines(kvm);
        trouble(Ability.MACHINES, lacking, machines);
        trouble(Ability.KVM, lacking, machines.or(() -> kvm));
        trouble(Ability.X86_64, lacking, processor("amd64"));
        trouble(Ability.ARM64, lacking, processor("aarch64"));
        for (var kind : KernelFileSystem.values()) {
            trouble(kind.ability(), lacking, disks().or(() -> byKernel(kind)));
        }
        trouble(Ability.PACKER, lacking, missing(List.of("packer"), "the package packer"));
        trouble(Ability.NETWORK, lacking, network());
        return new Abilities(lacking);
    }

    private Optional<String> network() {
        if (settings.network() == EngineSettings.BuildNetwork.WORKER) {
            return Optional.empty();
        }
        if (!Files.isReadable(TUNNEL) || !Files.isWritable(TUNNEL)) {
            return Optional.of("it may not open " + TUNNEL + ", by which a build's own network is made; load the module"
                    + " tun, or give it that device");
        }
        return OwnNetwork.lacksNames()
                .or(() -> missing(List.of("slirp4netns", "nft"), "the packages slirp4netns and nftables"));
    }

    private static void trouble(Ability ability, Map<Ability, String> lacking, Optional<String> why) {
        why.ifPresent(reason -> lacking.put(ability, reason));
    }

    private Optional<String> disks() {
        return mapped ? unmountedDisks() : mountedDisks();
    }

    private static Optional<String> unmountedDisks() {
        if (!Files.isReadable(FUSE) || !Files.isWritable(FUSE)) {
            return Optional.of("it runs as an ordinary user and may not open " + FUSE
                    + ", by which file systems of disks are read then; load the module fuse, or give it that device");
        }
        return missing(
                Stream.concat(DISK_TOOLS.stream(), Stream.of("fuse2fs")).toList(),
                "the packages qemu-utils, e2fsprogs and fuse2fs");
    }

    private static Optional<String> mountedDisks() {
        if (!mayAdminister()) {
            return Optional.of("it has not the capability SYS_ADMIN, by which file systems are mounted");
        }
        if (!Files.isReadable(LOOP_CONTROL) || !Files.isWritable(LOOP_CONTROL)) {
            return Optional.of("it may not open " + LOOP_CONTROL + ", by which file systems of disks are mounted");
        }
        return missing(DISK_TOOLS, "the packages qemu-utils, e2fsprogs");
    }

    private Optional<String> byKernel(KernelFileSystem kind) {
        var word = kind.word();
        if (mapped) {
            return Optional.of(
                    "it runs as an ordinary user, and " + word + " is mounted for root alone; run workers as root");
        }
        if (!settings.kernelFileSystems().contains(kind)) {
            return Optional.of("kiln.engine.kernel-file-systems is without " + word + ", so that its kernel reads no "
                    + word + " that strangers made");
        }
        try {
            if (!Files.readString(FILE_SYSTEMS).contains("\t" + word + "\n")) {
                return Optional.of("its kernel has no " + word + "; load the module " + word);
            }
        } catch (IOException e) {
            return Optional.of("it may not read " + FILE_SYSTEMS);
        }
        if (kind == KernelFileSystem.BTRFS && !Files.exists(TWO_OF_ONE_ID)) {
            return Optional.of("its kernel takes two copies of one btrfs for the same, as those before Linux 6.7 do: "
                    + TWO_OF_ONE_ID + " is missing");
        }
        return missing(kind.tools(), "the packages xfsprogs, btrfs-progs and util-linux");
    }

    private static boolean mayAdminister() {
        try {
            var effective = EFFECTIVE.matcher(Files.readString(Path.of("/proc/self/status")));
            return effective.find() && (Long.parseUnsignedLong(effective.group(1), 16) >> SYS_ADMIN & 1) == 1;
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<String> bootableDisks() {
        var architecture = architecture();
        if (!architecture.equals("amd64")) {
            return Optional.of("its processor is " + architecture + ", and disks are made for amd64");
        }
        var packages = "the packages fdisk, e2fsprogs, dosfstools, mtools, grub-common, grub-pc-bin, grub-efi-amd64-bin"
                + " and qemu-utils";
        var tools = List.of(
                "sfdisk", "mke2fs", "dumpe2fs", "debugfs", "grub-mkimage", "mkfs.fat", "mmd", "mcopy", "qemu-img");
        return missing(tools, packages)
                .or(() -> List.of("i386-pc/boot.img", "x86_64-efi/normal.mod").stream()
                        .filter(file -> !Files.exists(GRUB.resolve(file)))
                        .findFirst()
                        .map(file -> "it lacks " + GRUB.resolve(file) + "; install " + packages));
    }

    private Optional<String> machines(Optional<String> kvm) {
        if (!machines.boot()) {
            return Optional.of("kiln.machine.boot is false");
        }
        return missing(
                        List.of(QemuCommand.PROGRAM, "qemu-img", "debugfs"),
                        "the packages qemu-system-x86, qemu-utils and e2fsprogs")
                .or(() -> machines.acceleration() == MachineSettings.Acceleration.KVM ? kvm : Optional.empty());
    }

    private Optional<String> kvm() {
        if (!machines.boot()) {
            return Optional.of("kiln.machine.boot is false");
        }
        return switch (machines.acceleration()) {
            case TCG -> Optional.of("kiln.machine.acceleration is tcg");
            case KVM -> Kvm.trouble().map(why -> "kiln.machine.acceleration is kvm, and " + why);
            case AUTOMATIC -> Kvm.trouble();
        };
    }

    private static Optional<String> processor(String wanted) {
        var architecture = architecture();
        return architecture.equals(wanted) ? Optional.empty() : Optional.of("its processor is " + architecture);
    }

    private static Optional<String> missing(List<String> tools, String remedy) {
        var missing = tools.stream().filter(tool -> !SandboxCheck.has(tool)).toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("it lacks " + String.join(", ", missing) + "; install " + remedy);
    }

    /** The processor's architecture by Java's name. */
    static String architecture() {
        return System.getProperty("os.arch", "");
    }
}
