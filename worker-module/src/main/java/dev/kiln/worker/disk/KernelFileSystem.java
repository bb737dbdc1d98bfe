package dev.kiln.worker.disk;

import dev.kiln.execution.Ability;
import dev.kiln.image.disk.FileSystem;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * File systems that no tool but the kernel writes. The kernel is given them only where the worker's operator allows it,
 * since a tool of their own can look at them before, but is not made to find what somebody built to break the kernel.
 */
public enum KernelFileSystem {
    // Several copies of a disk are mounted at a time, and all have one UUID.
    XFS(
            FileSystem.Kind.XFS,
            Ability.XFS,
            "norecovery,nouuid,",
            "nouuid,",
            "xfs_repair -n -f -P -m 2048",
            "xfs_repair xfs_growfs fstrim"),
    // A balance that was interrupted would go on by itself.
    BTRFS(
            FileSystem.Kind.BTRFS,
            Ability.BTRFS,
            "rescue=nologreplay,",
            "skip_balance,",
            "btrfs check --readonly",
            "btrfs fstrim");

    private final FileSystem.Kind kind;
    private final Ability ability;
    private final String reading;
    private final String writing;
    private final String check;
    private final String tools;

    KernelFileSystem(
            FileSystem.Kind kind, Ability ability, String reading, String writing, String check, String tools) {
        this.kind = kind;
        this.ability = ability;
        this.reading = reading;
        this.writing = writing;
        this.check = check;
        this.tools = tools;
    }

    /** The kinds of all of them. */
    static Set<FileSystem.Kind> kinds() {
        var kinds = EnumSet.noneOf(FileSystem.Kind.class);
        for (var each : values()) {
            kinds.add(each.kind);
        }
        return kinds;
    }

    static Optional<KernelFileSystem> of(FileSystem.Kind kind) {
        return Arrays.stream(values()).filter(each -> each.kind == kind).findFirst();
    }

    /** The one that a mount is of, if it is of any. */
    static Optional<KernelFileSystem> of(FileSystemMount mount) {
        return Arrays.stream(values())
                .filter(each -> each.word().equals(mount.type()))
                .findFirst();
    }

    /** As settings, the kernel and mount(8) call it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a worker can do that may build on it. */
    public Ability ability() {
        return ability;
    }

    /** The programs that builds on it need. */
    public List<String> tools() {
        return List.of(tools.split(" ", -1));
    }

    /** Options of a mount that leaves every byte as it is. */
    String reading() {
        return reading;
    }

    /** Those of one that does not. */
    String writing() {
        return writing;
    }

    /** What looks for faults in the file behind it, and changes nothing. */
    String check() {
        return check;
    }
}
