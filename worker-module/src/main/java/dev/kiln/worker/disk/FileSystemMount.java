package dev.kiln.worker.disk;

import dev.kiln.image.disk.DiskLayout;
import dev.kiln.image.disk.FileSystem;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a file system of a disk is mounted, read-only unless stated otherwise. mount(8) and the kernel get complete
 * instructions, so that nothing is guessed from untrusted bytes; a loop device disappears with its last mount.
 *
 * @param point where it belongs in the machine
 * @param type its name for mount(8), or the program that shows it where the kernel may not mount
 * @param source the disk's file; or a directory with a copy of the file system's contents
 */
public record FileSystemMount(String point, String type, String options, String source) {

    /** The mount point of the root file system. */
    public static final String ROOT = "/";

    /** A type that no kernel has. */
    static final String NESTED = "nested";

    private static final String SUBVOLUME = ",subvolid=";
    private static final String HARMLESS = "nodev,nosuid,noexec,";

    // The superblock could ask the kernel to panic when it finds a fault.
    private static final String EXT = "errors=remount-ro,";

    private static final String NOTHING = "tmpfs";
    private static final String COPY = "none";
    private static final String FUSE = "fuse2fs";
    private static final String MTOOLS = "mtools";

    /** The mount of a disk's part, if its file system can be mounted. */
    static Optional<FileSystemMount> of(Path disk, DiskLayout.Part part, String point) {
        var kind = part.fileSystem().kind();
        if (kind == FileSystem.Kind.EXT && part.isCandidate()) {
            return Optional.of(of(disk, part, point, "ext4", EXT));
        }
        var byKernel = KernelFileSystem.of(kind);
        if (byKernel.isPresent() && part.isCandidate()) {
            return Optional.of(
                    of(disk, part, point, byKernel.get().word(), byKernel.get().reading()));
        }
        return kind == FileSystem.Kind.FAT ? Optional.of(of(disk, part, point, "vfat", "")) : Optional.empty();
    }

    private static FileSystemMount of(Path disk, DiskLayout.Part part, String point, String type, String more) {
        var partition = part.partition();
        var options = "ro," + HARMLESS + more + place(partition.start(), partition.bytes());
        return new FileSystemMount(point, type, options, disk.toString());
    }

    /** A writable mount of a copy of the disk, with this many bytes. */
    FileSystemMount writable(Path copy, KernelFileSystem kind, long bytes) {
        var writing = options.replaceFirst("^ro,", "rw,")
                .replace(kind.reading(), kind.writing())
                .replaceFirst("sizelimit=[0-9]+", "sizelimit=" + bytes);
        return new FileSystemMount(point, type, writing, copy.toString());
    }

    /** A mount of the subvolume with this number, rather than the default one. */
    FileSystemMount subvolume(long id) {
        int known = options.indexOf(SUBVOLUME);
        var without = known < 0 ? options : options.substring(0, known);
        return new FileSystemMount(point, type, without + SUBVOLUME + id, source);
    }

    /** The number of its subvolume, if it is one of the same file system. */
    OptionalLong subvolumeOf(FileSystemMount root) {
        int at = options.indexOf(SUBVOLUME);
        boolean same = at >= 0 && root.options.startsWith(options.substring(0, at + SUBVOLUME.length()));
        return same
                ? OptionalLong.of(Long.parseLong(options.substring(at + SUBVOLUME.length())))
                : OptionalLong.empty();
    }

    /** Stands in for a mount: what belongs there is a part of the root file system, but no command can move it away. */
    static FileSystemMount nested(String point) {
        return new FileSystemMount(point, NESTED, "-", "-");
    }

    /** This mount at another place in the machine. */
    FileSystemMount at(String place) {
        return new FileSystemMount(place, type, options, source);
    }

    /** For a worker that may not mount: a program reads the file system, never the kernel. */
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

    /** Whether a program shows it through FUSE, in the sandbox that looks at it. */
    public boolean isFuse() {
        return type.equals(FUSE);
    }

    /** Whether the program that reads it copies instead of showing it. */
    boolean isMtools() {
        return type.equals(MTOOLS);
    }

    /** Whether it is a copy of the file system's contents. */
    boolean isCopy() {
        return type.equals(COPY);
    }

    /** Whether it is empty. */
    boolean isEmpty() {
        return type.equals(NOTHING);
    }

    /** Whether a mount point cannot exist, because it would be in one of these mounts that is empty. */
    static boolean isNowhere(String point, List<FileSystemMount> mounts) {
        return mounts.stream().anyMatch(mount -> mount.isEmpty() && point.startsWith(mount.point() + "/"));
    }

    /** The one of these mounts, other than the root, that a mount point is in. */
    static Optional<FileSystemMount> around(String point, List<FileSystemMount> mounts) {
        return mounts.stream()
                .filter(mount -> !mount.point().equals(ROOT) && point.startsWith(mount.point() + "/"))
                .max(Comparator.comparingInt(mount -> mount.point().length()));
    }

    /** The path of a mount point within this mount, which it is in. */
    String within(String place) {
        return place.substring(point.length() + 1);
    }

    /** A copy of its contents, in a directory, as its replacement. */
    FileSystemMount copiedTo(Path directory) {
        return new FileSystemMount(point, COPY, "bind", directory.toString());
    }

    private static String place(long start, long bytes) {
        return "loop,offset=" + start + ",sizelimit=" + bytes;
    }

    /** An empty read-only file system in place of one that cannot be mounted. */
    static FileSystemMount nothing(String point) {
        return new FileSystemMount(point, NOTHING, "ro," + HARMLESS + "size=4k,mode=755", "none");
    }

    /** This mount after the directory of the disk or the copy was renamed. */
    FileSystemMount moved(Path directory) {
        var file = Path.of(source).getFileName();
        return isEmpty()
                ? this
                : new FileSystemMount(
                        point, type, options, directory.resolve(file).toString());
    }

    /** A line for the sandbox's first process. */
    String line() {
        return point + " " + type + " " + options + " " + source + "\n";
    }
}
