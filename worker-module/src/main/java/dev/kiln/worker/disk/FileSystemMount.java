package dev.kiln.worker.disk;

import dev.kiln.image.disk.DiskLayout;
import dev.kiln.image.disk.FileSystem;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a file system of a disk is mounted, read-only where it is not said otherwise. What mount(8) and the kernel are
 * told is said in full, so that nothing is guessed from bytes that strangers wrote; a loop device goes with the last
 * mount of it.
 *
 * @param point where it belongs in the machine
 * @param type as mount(8) calls it, or the program that shows it where the kernel is not asked to
 * @param source the disk, a file; or a directory with a copy of what is in the file system
 */
public record FileSystemMount(String point, String type, String options, String source) {

    /** The root file system. */
    public static final String ROOT = "/";

    private static final String HARMLESS = "nodev,nosuid,noexec,";

    // The superblock could ask for a panic of the kernel when it finds a fault.
    private static final String EXT = "errors=remount-ro,";

    // Several copies of a disk are mounted at a time, and all have one UUID.
    private static final String XFS = "nouuid,";

    private static final String NOTHING = "tmpfs";
    private static final String COPY = "none";
    private static final String FUSE = "fuse2fs";
    private static final String MTOOLS = "mtools";

    /** That of a part of a disk, when such a file system can be mounted. */
    static Optional<FileSystemMount> of(Path disk, DiskLayout.Part part, String point) {
        var kind = part.fileSystem().kind();
        if (kind == FileSystem.Kind.EXT && part.isCandidate()) {
            return Optional.of(of(disk, part, point, "ext4", EXT));
        }
        if (kind == FileSystem.Kind.XFS && part.isCandidate()) {
            return Optional.of(of(disk, part, point, "xfs", XFS + "norecovery,"));
        }
        return kind == FileSystem.Kind.FAT ? Optional.of(of(disk, part, point, "vfat", "")) : Optional.empty();
    }

    private static FileSystemMount of(Path disk, DiskLayout.Part part, String point, String type, String more) {
        var partition = part.partition();
        var options = "ro," + HARMLESS + more + place(partition.start(), partition.bytes());
        return new FileSystemMount(point, type, options, disk.toString());
    }

    /** The same for a worker that may not mount: a program reads the file system, the kernel never does. */
    static Optional<FileSystemMount> unmounted(Path disk, DiskLayout.Part part, String point) {
        long start = part.partition().start();
        return switch (part.fileSystem().kind()) {
            case EXT ->
                Optional.of(new FileSystemMount(
                                point, FUSE, "ro,norecovery," + HARMLESS + "offset=" + start, disk.toString()))
                        .filter(mount -> part.isCandidate());
            case FAT -> Optional.of(new FileSystemMount(point, MTOOLS, "@@" + start, disk.toString()));
            default -> Optional.empty();
        };
    }

    /** Whether a program shows it, by FUSE, in the sandbox in which it is looked at. */
    public boolean isFuse() {
        return type.equals(FUSE);
    }

    /** Whether the program that reads it does not show but copy. */
    boolean isMtools() {
        return type.equals(MTOOLS);
    }

    /** Whether it is a copy of what is in the file system. */
    boolean isCopy() {
        return type.equals(COPY);
    }

    /** Whether there is nothing in it. */
    boolean isEmpty() {
        return type.equals(NOTHING);
    }

    /** A copy of what is in it, in a directory, in its place. */
    FileSystemMount copiedTo(Path directory) {
        return new FileSystemMount(point, COPY, "bind", directory.toString());
    }

    /** The root file system of a disk, to be written to: an XFS in so many bytes from the start on. */
    static FileSystemMount writable(Path disk, long start, long bytes) {
        return new FileSystemMount(ROOT, "xfs", "rw," + HARMLESS + XFS + place(start, bytes), disk.toString());
    }

    private static String place(long start, long bytes) {
        return "loop,offset=" + start + ",sizelimit=" + bytes;
    }

    /** Something empty that cannot be written to, in place of what cannot be mounted. */
    static FileSystemMount nothing(String point) {
        return new FileSystemMount(point, NOTHING, "ro," + HARMLESS + "size=4k,mode=755", "none");
    }

    /** The same when the directory that the disk or the copy is in has become another. */
    FileSystemMount moved(Path directory) {
        var file = Path.of(source).getFileName();
        return isEmpty()
                ? this
                : new FileSystemMount(
                        point, type, options, directory.resolve(file).toString());
    }

    /** For the sandbox's first process. */
    String line() {
        return point + " " + type + " " + options + " " + source + "\n";
    }
}
