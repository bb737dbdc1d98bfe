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
 * File systems that only the kernel can write. The kernel gets them only where the worker's operator allows it: their
 * own tools can check them before, but are not made to find what was built to break the kernel.
 */
public enum KernelFileSystem {
    // Several copies of a disk are mounted at a time, all with the same UUID.
    XFS(
            FileSystem.Kind.XFS,
            Ability.XFS,
            "norecovery,nouuid,",
            "nouuid,",
            "xfs_repair -n -f -P -m 2048",
            "xfs_repair xfs_growfs fstrim"),
    // An interrupted balance would resume by itself.
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

    /** The one that a mount is of, if any. */
    static Optional<KernelFileSystem> of(FileSystemMount mount) {
        return Arrays.stream(values())
                .filter(each -> each.word().equals(mount.type()))
                .findFirst();
    }

    /** Its name in settings, for the kernel and for mount(8). */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The ability of workers that may build on it. */
    public Ability ability() {
        return ability;
    }

    /** The programs that builds on it need. */
    public List<String> tools() {
        return List.of(tools.split(" ", -1));
    }

    /** Options of a mount that leaves every byte unchanged. */
    String reading() {
        return reading;
    }

    /** Options of a mount that is written to. */
    String writing() {
        return writing;
    }

    /** The command that checks the file named after it, and changes nothing. */
    String check() {
        return check;
    }
}
