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
 * A disk with all facts that a build needs, kept beside it. Its file is raw and never changes.
 *
 * @param root the partition of the root file system
 * @param mode of the root directory
 * @param modified when the root file system was last written to, in seconds: no time in an image is later
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

    /**
     * Which rules decided the facts. To be raised with each change of what opening finds, chooses or mounts: disks that
     * earlier releases have opened are opened again then.
     */
    public static final int RULES = 2;

    private static final String FILE = "disk.json";
    private static final String MOUNTS = "disk-mounts";

    /** The disk's file in a directory. */
    public static Path disk(Path directory) {
        return directory.resolve("disk");
    }

    /** The list of type and path of everything in the root file system. */
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

    /** The facts that were found when the disk was opened. */
    public static OpenedDisk in(Path directory) throws IOException {
        return new JsonMapper().readValue(Files.readString(directory.resolve(FILE)), OpenedDisk.class);
    }

    /** The architecture of its programs, if known. */
    public Optional<Architecture> knownArchitecture() {
        return Optional.ofNullable(architecture).flatMap(Architecture::of);
    }

    /** The kind of the root file system, if the kernel has to write it. */
    Optional<KernelFileSystem> byKernel() {
        return KernelFileSystem.of(root.fileSystem().kind());
    }

    /** The abilities that a worker needs to build on it. */
    public Set<Ability> needs() {
        var needs = EnumSet.of(Ability.DISKS);
        mounts.forEach(mount -> KernelFileSystem.of(mount).ifPresent(kind -> needs.add(kind.ability())));
        knownArchitecture().map(Ability::toRun).ifPresent(needs::add);
        return needs;
    }

    /**
     * Makes the disk the base of a build: each of its sandboxes mounts, in its own namespace, what the written file
     * says.
     */
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

    /** The mount points below the root, according to the file of {@link #lendTo}. */
    public static List<String> pointsBelow(Path scratch) throws IOException {
        return points(scratch, false);
    }

    /** Where parts of the root file system stand in for mounts of a machine. */
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
