package dev.kiln.worker.disk;

import dev.kiln.execution.Ability;
import dev.kiln.image.Architecture;
import dev.kiln.image.disk.DiskLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A disk of which everything is known that a build needs, kept beside it. Its file is raw and never changes.
 *
 * @param root the partition of the root file system
 * @param mode of the root directory
 * @param modified when the root file system was written to last, in seconds: no time in an image is later
 * @param mounts the root file system, then those that belong below it
 * @param architecture of most of its programs, in a word of {@link Architecture}; null when that is not known
 */
public record OpenedDisk(
        DiskLayout layout,
        DiskLayout.Part root,
        int mode,
        int uid,
        int gid,
        List<FileSystemMount> mounts,
        long modified,
        @Nullable String architecture) {

    private static final String FILE = "disk.json";
    private static final String MOUNTS = "disk-mounts";

    /** Where the disk is in a directory. */
    public static Path disk(Path directory) {
        return directory.resolve("disk");
    }

    /** Type and path of everything in the root file system. */
    static Path listing(Path directory) {
        return directory.resolve("listing");
    }

    void save(Path directory) throws IOException {
        Files.writeString(directory.resolve(FILE), new JsonMapper().writeValueAsString(this));
    }

    /** Whether a directory holds an opened disk. */
    public static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    /** What was found out when the disk was opened. */
    public static OpenedDisk in(Path directory) throws IOException {
        return new JsonMapper().readValue(Files.readString(directory.resolve(FILE)), OpenedDisk.class);
    }

    /** What its programs are for, if that is known. */
    public Optional<Architecture> knownArchitecture() {
        return Optional.ofNullable(architecture).flatMap(Architecture::of);
    }

    /** What the root file system is, if it is the kernel that has to write it. */
    Optional<KernelFileSystem> byKernel() {
        return KernelFileSystem.of(root.fileSystem().kind());
    }

    /** What a worker must be able to do to build on it. */
    public Set<Ability> needs() {
        var needs = EnumSet.of(Ability.DISKS);
        mounts.forEach(mount -> KernelFileSystem.of(mount).ifPresent(kind -> needs.add(kind.ability())));
        knownArchitecture().map(Ability::toRun).ifPresent(needs::add);
        return needs;
    }

    /** Makes the disk the base of a build: its sandboxes mount what this tells them, each in its own namespace. */
    public void lendTo(Path scratch, Path directory) throws IOException {
        var lent = mounts.stream().map(mount -> mount.moved(directory)).toList();
        var root = lent.get(0);
        if (root.isCopy()) {
            Files.createSymbolicLink(scratch.resolve("base"), Path.of(root.source()));
            lent = lent.subList(1, lent.size());
        } else {
            var base = Files.createDirectory(scratch.resolve("base"));
            for (var attribute : Map.of("uid", uid, "gid", gid).entrySet()) {
                Files.setAttribute(base, "unix:" + attribute.getKey(), attribute.getValue());
            }
            Files.setAttribute(base, "unix:mode", mode);
        }
        var lines = new StringBuilder();
        lent.forEach(mount -> lines.append(mount.line()));
        for (var each : NestedSubvolumes.in(directory)) {
            lines.append(FileSystemMount.nested(each.point()).line());
        }
        Files.writeString(scratch.resolve(MOUNTS), lines);
    }

    /** Where the file systems below the root belong, as the file of {@link #lendTo} says. */
    public static List<String> pointsBelow(Path scratch) throws IOException {
        return points(scratch, false);
    }

    /** Where the root file system has parts that a machine mounts. */
    public static List<String> nestedPoints(Path scratch) throws IOException {
        return points(scratch, true);
    }

    private static List<String> points(Path scratch, boolean nested) throws IOException {
        var file = scratch.resolve(MOUNTS);
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .map(line -> line.split(" ", 3))
                        .filter(fields -> fields[1].equals(FileSystemMount.NESTED) == nested)
                        .map(fields -> fields[0])
                        .filter(point -> !point.equals(FileSystemMount.ROOT))
                        .toList()
                : List.of();
    }
}
