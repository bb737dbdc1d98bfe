package dev.kiln.worker.disk;

import dev.kiln.execution.Ability;
import dev.kiln.image.disk.DiskLayout;
import dev.kiln.image.disk.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the root file system of a disk among those that the kernel writes; each is checked before the kernel sees it.
 *
 * @param able the abilities of this worker
 * @param directory where the disk is
 */
record KernelRoots(DiskTools tools, Set<Ability> able, Path directory) {

    /** The root file system, if there is one. */
    Optional<RootSearch.Root> find(DiskLayout layout) throws IOException, InterruptedException, DiskFailedException {
        var parts = layout.candidates(KernelFileSystem.kinds());
        requireAble(parts);
        for (var part : parts) {
            var kind = KernelFileSystem.of(part.fileSystem().kind()).orElseThrow();
            var place = part.partition();
            new PartitionCheck(tools, OpenedDisk.disk(directory), kind, place.start(), place.bytes()).accept();
        }
        var found = new RootSearch(tools, directory).find(parts);
        if (found.isPresent() && found.get().part().fileSystem().kind() == FileSystem.Kind.BTRFS) {
            requireWritable(found.get());
        }
        return found;
    }

    /** Systems that are updated by whole snapshots have a root that nothing else may change. */
    private void requireWritable(RootSearch.Root root) throws IOException, InterruptedException, DiskFailedException {
        var said = Mounting.require(tools, root.mount(), directory, "btrfs property get -ts /disk/root ro");
        if (said.output().contains("ro=true")) {
            throw new DiskFailedException(
                    DiskFailedException.REFUSED,
                    "the disk's root file system is a read-only snapshot, "
                            + root.subvolumes().shown(root.subvolume())
                            + "; make it writable by btrfs property set -ts / ro false");
        }
    }

    /** All of them or none, so that every worker that opens the disk finds the same. */
    private void requireAble(List<DiskLayout.Part> parts) {
        var needs = EnumSet.of(Ability.DISKS);
        for (var part : parts) {
            needs.add(
                    KernelFileSystem.of(part.fileSystem().kind()).orElseThrow().ability());
        }
        if (!parts.isEmpty() && !able.containsAll(needs)) {
            throw new DiskNeedsException(needs);
        }
    }
}
