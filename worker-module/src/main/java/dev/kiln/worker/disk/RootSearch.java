package dev.kiln.worker.disk;

import dev.kiln.image.Architecture;
import dev.kiln.image.Programs;
import dev.kiln.image.disk.DiskLayout;
import dev.kiln.image.disk.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the root file system of a disk as a machine would: it is the one that holds the directories of a system; of
 * several, the one whose /etc/fstab names itself, then the one that the partition table marks.
 */
final class RootSearch {

    private static final Pattern FOUND = Pattern.compile("root ([0-7]{1,4}) ([0-9]{1,9}) ([0-9]{1,9})(\n|$)");
    private static final int MOST_BELOW = 8;
    private static final List<String> SANDBOX_OWN = List.of("/proc", "/sys", "/dev", "/run", "/tmp");

    /** Links are not followed: seen from there, an absolute one would lead to this machine's own files. */
    private static final String LOOK = """
            cd /disk/root || exit 1
            for directory in etc usr; do
                [ -d $directory ] && [ ! -L $directory ] || exit 0
            done
            stat -c 'root %a %u %g' .
            [ ! -f etc/fstab ] || [ -L etc/fstab ] || head -c 65536 etc/fstab
            """;

    /** The same holds for these. What is shorter than a header is no program. */
    private static final String PROGRAMS = """
            cd /disk/root || exit 1
            find bin sbin usr/bin usr/sbin -maxdepth 1 -type f -size +63c -exec head -q -c %1$d {} + 2> /dev/null |
                head -c %1$d000
            """.formatted(Architecture.HEAD);

    private final DiskTools tools;
    private final Path directory;

    RootSearch(DiskTools tools, Path directory) {
        this.tools = tools;
        this.directory = directory;
    }

    /** A root file system, and what its fstab says. */
    record Root(DiskLayout.Part part, int mode, int uid, int gid, Fstab fstab) {

        boolean namesItself() {
            return fstab.rows().stream()
                    .anyMatch(row -> row.point().equals(FileSystemMount.ROOT) && part.isNamed(row.device()));
        }
    }

    /** The one among these, if there is any. */
    Optional<Root> find(List<DiskLayout.Part> candidates)
            throws IOException, InterruptedException, DiskFailedException {
        var roots = new ArrayList<Root>();
        for (var part : candidates) {
            look(part, roots);
        }
        var found =
                narrowed(narrowed(roots, Root::namesItself), root -> root.part().isMarkedRoot());
        if (found.size() > 1) {
            throw new DiskFailedException(
                    DiskFailedException.REFUSED,
                    "more than one partition holds a root file system, and neither /etc/fstab nor the partition table"
                            + " tells which is used: "
                            + found.stream()
                                    .map(root -> "partition "
                                            + root.part().partition().number())
                                    .collect(Collectors.joining(", ")));
        }
        return found.stream().findFirst();
    }

    private static List<Root> narrowed(List<Root> roots, Predicate<Root> condition) {
        var some = roots.size() < 2
                ? List.<Root>of()
                : roots.stream().filter(condition).toList();
        return some.isEmpty() ? roots : some;
    }

    private void look(DiskLayout.Part part, List<Root> roots)
            throws IOException, InterruptedException, DiskFailedException {
        var mount = mount(part, FileSystemMount.ROOT).orElseThrow();
        var said = Mounting.require(tools, mount, directory, LOOK).output();
        var found = FOUND.matcher(said);
        if (found.lookingAt()) {
            roots.add(new Root(
                    part,
                    Integer.parseInt(found.group(1), 8),
                    Integer.parseInt(found.group(2)),
                    Integer.parseInt(found.group(3)),
                    Fstab.parse(said.substring(found.end()))));
        }
    }

    /** The first thousand programs of the root file system. */
    Programs programs(Root root) throws IOException, InterruptedException, DiskFailedException {
        var programs = new Programs();
        var mount = mount(root.part(), FileSystemMount.ROOT).orElseThrow();
        Mounting.good(tools.run(Mounting.tool(mount, directory, "sh", "-c", PROGRAMS), heads -> {
            for (var head = heads.readNBytes(Architecture.HEAD);
                    head.length > 0;
                    head = heads.readNBytes(Architecture.HEAD)) {
                programs.see(head);
            }
        }));
        return programs;
    }

    /** The mounts of the root file system and of those of the same disk that belong below it, in the order of fstab. */
    List<FileSystemMount> mounts(Root root, DiskLayout layout)
            throws IOException, InterruptedException, DiskFailedException {
        var mounts = new ArrayList<FileSystemMount>();
        mounts.add(mount(root.part(), FileSystemMount.ROOT).orElseThrow());
        for (var row : root.fstab().rows()) {
            var part = layout.parts().stream()
                    .filter(each -> each.isNamed(row.device()) && !each.equals(root.part()))
                    .findFirst();
            boolean own = SANDBOX_OWN.stream().anyMatch(name -> (row.point() + "/").startsWith(name + "/"));
            if (part.isPresent() && !own && mounts.size() <= MOST_BELOW) {
                mounts.add(below(Optional.of(part.get())
                        .filter(each -> isChecked(each, root))
                        .flatMap(each -> mount(each, row.point()))
                        .orElse(FileSystemMount.nothing(row.point()))));
            }
        }
        return List.copyOf(mounts);
    }

    private Optional<FileSystemMount> mount(DiskLayout.Part part, String point) {
        var disk = OpenedDisk.disk(directory);
        return tools.mayMount() ? FileSystemMount.of(disk, part, point) : FileSystemMount.unmounted(disk, part, point);
    }

    /** XFS is checked, and given to the kernel, only when the root file system is one. */
    private static boolean isChecked(DiskLayout.Part part, Root root) {
        return part.fileSystem().kind() != FileSystem.Kind.XFS
                || root.part().fileSystem().kind() == FileSystem.Kind.XFS;
    }

    /** A kernel without FAT can still build on a disk with an ESP, which is then seen empty. */
    private FileSystemMount below(FileSystemMount mount) throws IOException, InterruptedException, DiskFailedException {
        if (mount.isEmpty() || mount.isMtools()) {
            return mount; // whether mtools can read it shows when they do
        }
        boolean works = Mounting.attempt(tools, mount, directory, "exit 0").status() == 0;
        return works ? mount : FileSystemMount.nothing(mount.point());
    }
}
