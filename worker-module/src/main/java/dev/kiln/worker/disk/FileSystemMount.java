package dev.kiln.worker.disk;

import dev.kiln.image.disk.DiskLayout;
import dev.kiln.image.disk.FileSystem;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a file system of a disk is mounted, always read-only. What mount(8) and the kernel are told is said in full, so
 * that nothing is guessed from bytes that strangers wrote; a loop device goes with the last mount of it.
 *
 * @param point where it belongs in the machine
 * @param type as mount(8) calls it
 * @param source the disk, a file
 */
public record FileSystemMount(String point, String type, String options, String source) {

    /** The root file system. */
    public static final String ROOT = "/";

    // The superblock could ask for a panic of the kernel when it finds a fault.
    private static final String EXT = "errors=remount-ro,";

    /** That of a part of a disk, when such a file system can be mounted. */
    static Optional<FileSystemMount> of(Path disk, DiskLayout.Part part, String point) {
        var kind = part.fileSystem().kind();
        if (kind == FileSystem.Kind.EXT && part.isCandidate()) {
            return Optional.of(of(disk, part, point, "ext4", EXT));
        }
        return kind == FileSystem.Kind.FAT ? Optional.of(of(disk, part, point, "vfat", "")) : Optional.empty();
    }

    private static FileSystemMount of(Path disk, DiskLayout.Part part, String point, String type, String more) {
        var partition = part.partition();
        var options = "ro,nodev,nosuid,noexec," + more + "loop,offset=" + partition.start() + ",sizelimit="
                + partition.bytes();
        return new FileSystemMount(point, type, options, disk.toString());
    }

    /** Something empty that cannot be written to, in place of what cannot be mounted. */
    static FileSystemMount nothing(String point) {
        return new FileSystemMount(point, "tmpfs", "ro,nodev,nosuid,noexec,size=4k,mode=755", "none");
    }

    /** The same of the disk at another place. */
    FileSystemMount moved(Path disk) {
        return new FileSystemMount(point, type, options, type.equals("tmpfs") ? source : disk.toString());
    }

    /** For the sandbox's first process. */
    String line() {
        return point + " " + type + " " + options + " " + source + "\n";
    }
}
