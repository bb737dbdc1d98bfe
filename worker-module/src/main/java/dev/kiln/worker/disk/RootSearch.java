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
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the root file system of a disk as a machine would: the one that contains the directories of a system; of
 * several, the one whose /etc/fstab names itself, then the one that the partition table marks.
 */
final class RootSearch {

    private static final Pattern FOUND = Pattern.compile("root ([0-7]{1,4}) ([0-9]{1,9}) ([0-9]{1,9})(\n|$)");
    private static final int MOST_BELOW = 16;
    private static final List<String> SANDBOX_OWN = List.of("/proc", "/sys", "/dev", "/run", "/tmp");

    /** Does not follow links: an absolute one would lead to this machine's own files. */
    private static final String LOOK = """
            cd /disk/root || exit 1
            for directory in etc usr; do
                [ -d $directory ] && [ ! -L $directory ] || exit 0
            done
            stat -c 'root %a %u %g' .
            [ ! -f etc/fstab ] || [ -L etc/fstab ] || head -c 65536 etc/fstab
            """;

    /** Does not follow links either. A file shorter than a header is not a program. */
    private static final String PROGRAMS = """
            cd /disk/root || exit 1
            find bin sbin usr/bin usr/sbin -maxdepth 1 -type f -size +63c -exec head -q -c %1$d {} + 2> /dev/null |
                head -c %1$d000
            """.formatted(Architecture.HEAD);

    /** A link is for the sandbox to refuse: it says what is wrong. */
    private static final String PLACE = "cd /disk/root && if [ -d \"$1\" ] || [ -L \"$1\" ]; then echo there; fi";

    private final DiskTools tools;
    private final Path directory;

    RootSearch(DiskTools tools, Path directory) {
        this.tools = tools;
        this.directory = directory;
    }

    /** A file system that may be the root. */
    interface Candidate {

        DiskLayout.Part part();

        Fstab fstab();

        /** The row of its fstab that says that it is the root. */
        default Optional<Fstab.Row> ownRow() {
            return fstab().root().filter(row -> part().isNamed(row.device()));
        }
    }

    /**
     * A root file system and its fstab.
     *
     * @param subvolume its number; 0 for file systems without subvolumes
     */
    record Root(
            DiskLayout.Part part,
            FileSystemMount mount,
            Subvolumes subvolumes,
            long subvolume,
            int mode,
            int uid,
            int gid,
            Fstab fstab)
            implements Candidate {

        /** The subvolume that its fstab names for the root. */
        OptionalLong named() {
            var row = ownRow();
            return row.isPresent() ? subvolumes.named(row.get()) : OptionalLong.empty();
        }
    }

    /** The root file system among these parts, if there is one. */
    Optional<Root> find(List<DiskLayout.Part> candidates)
            throws IOException, InterruptedException, DiskFailedException {
        var roots = new ArrayList<Root>();
        for (var part : candidates) {
            var mount = mount(part, FileSystemMount.ROOT).orElseThrow();
            var root = part.fileSystem().kind() == FileSystem.Kind.BTRFS
                    ? amongSubvolumes(part, mount)
                    : look(part, mount, Subvolumes.NONE, 0);
            root.ifPresent(roots::add);
        }
        return chosen(roots);
    }

    /** The one that a machine uses; refuses several among which nothing decides. */
    static <T extends Candidate> Optional<T> chosen(List<T> roots) throws DiskFailedException {
        var named = narrowed(roots, root -> root.ownRow().isPresent());
        var found = narrowed(named, root -> root.part().isMarkedRoot());
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

    private static <T> List<T> narrowed(List<T> roots, Predicate<T> condition) {
        var some = roots.size() < 2
                ? List.<T>of()
                : roots.stream().filter(condition).toList();
        return some.isEmpty() ? roots : some;
    }

    private Optional<Root> look(DiskLayout.Part part, FileSystemMount mount, Subvolumes subvolumes, long subvolume)
            throws IOException, InterruptedException, DiskFailedException {
        var said = Mounting.require(tools, mount, directory, LOOK).output();
        var found = FOUND.matcher(said);
        return found.lookingAt()
                ? Optional.of(new Root(
                        part,
                        mount,
                        subvolumes,
                        subvolume,
                        Integer.parseInt(found.group(1), 8),
                        Integer.parseInt(found.group(2)),
                        Integer.parseInt(found.group(3)),
                        Fstab.parse(said.substring(found.end()))))
                : Optional.empty();
    }

    /**
     * The default subvolume, or the one that its fstab names instead. If the default contains no system, the one that
     * does; of several, the one that its own fstab names, as its boot loader must.
     */
    private Optional<Root> amongSubvolumes(DiskLayout.Part part, FileSystemMount mount)
            throws IOException, InterruptedException, DiskFailedException {
        var subvolumes = Subvolumes.of(tools, mount, directory);
        var roots = new ArrayList<Root>();
        for (var id : subvolumes.order()) {
            var root = look(part, mount.subvolume(id), subvolumes, id);
            if (root.isPresent() && id == subvolumes.chosen()) {
                long named = root.get().named().orElse(id);
                return named == id
                        ? root
                        : look(part, mount.subvolume(named), subvolumes, named).or(() -> root);
            }
            root.ifPresent(roots::add);
        }
        var found = narrowed(roots, root -> root.named().equals(OptionalLong.of(root.subvolume())));
        if (found.size() > 1) {
            throw new DiskFailedException(
                    DiskFailedException.REFUSED,
                    "more than one subvolume of partition " + part.partition().number() + " holds a root file system,"
                            + " and neither is the default one nor named by its /etc/fstab alone: "
                            + found.stream()
                                    .map(root -> subvolumes.shown(root.subvolume()))
                                    .collect(Collectors.joining(", ")));
        }
        return found.stream().findFirst();
    }

    /** The first thousand programs of the root file system. */
    Programs programs(Root root) throws IOException, InterruptedException, DiskFailedException {
        var programs = new Programs();
        Mounting.good(tools.run(Mounting.tool(root.mount(), directory, "sh", "-c", PROGRAMS), heads -> {
            for (var head = heads.readNBytes(Architecture.HEAD);
                    head.length > 0;
                    head = heads.readNBytes(Architecture.HEAD)) {
                programs.see(head);
            }
        }));
        return programs;
    }

    /**
     * The mounts of the root file system and of those of the same disk that belong below it, each after the one that
     * its mount point is in. What belongs below one that is shown empty, or has no directory for it, is left out.
     */
    List<FileSystemMount> mounts(Root root, DiskLayout layout)
            throws IOException, InterruptedException, DiskFailedException {
        var mounts = new ArrayList<FileSystemMount>();
        mounts.add(root.mount());
        for (var row : root.fstab().byPoint()) {
            var part = layout.parts().stream()
                    .filter(each -> each.isNamed(row.device()))
                    .filter(each -> !each.equals(root.part()) || isOtherSubvolume(row, root))
                    .findFirst();
            boolean own = SANDBOX_OWN.stream().anyMatch(name -> (row.point() + "/").startsWith(name + "/"));
            boolean fits = mounts.size() <= MOST_BELOW && !FileSystemMount.isNowhere(row.point(), mounts);
            if (part.isPresent() && !own && fits && hasPlace(row.point(), mounts)) {
                mounts.add(below(isChecked(part.get(), root) ? mount(part.get(), row, root) : Optional.empty(), row));
            }
        }
        return List.copyOf(mounts);
    }

    /** Whether a mount point exists; in the root file system, which can be written to, it is made. */
    private boolean hasPlace(String point, List<FileSystemMount> mounts)
            throws IOException, InterruptedException, DiskFailedException {
        var around = FileSystemMount.around(point, mounts);
        if (around.isEmpty() || around.get().isMtools()) {
            return true; // what mtools read shows only when they have
        }
        var inside = around.get().within(point);
        var look = Mounting.tool(around.get(), directory, "sh", "-c", PLACE, "kiln", inside);
        return Mounting.good(tools.run(look)).output().startsWith("there");
    }

    private static boolean isOtherSubvolume(Fstab.Row row, Root root) {
        return !root.subvolumes().equals(Subvolumes.NONE)
                && !row.point().equals(FileSystemMount.ROOT)
                && !root.subvolumes().named(row).equals(OptionalLong.of(root.subvolume()));
    }

    private Optional<FileSystemMount> mount(DiskLayout.Part part, String point) {
        var disk = OpenedDisk.disk(directory);
        return tools.mayMount() ? FileSystemMount.of(disk, part, point) : FileSystemMount.unmounted(disk, part, point);
    }

    /** A file system that the kernel writes is checked and mounted only when the root file system is of such a kind. */
    private static boolean isChecked(DiskLayout.Part part, Root root) {
        var kinds = KernelFileSystem.kinds();
        return !kinds.contains(part.fileSystem().kind())
                || kinds.contains(root.part().fileSystem().kind());
    }

    private Optional<FileSystemMount> mount(DiskLayout.Part part, Fstab.Row row, Root root)
            throws IOException, InterruptedException, DiskFailedException {
        var mount = mount(part, row.point());
        if (mount.isEmpty() || part.fileSystem().kind() != FileSystem.Kind.BTRFS) {
            return mount;
        }
        var own = part.equals(root.part());
        var named = (own ? root.subvolumes() : Subvolumes.of(tools, mount.get(), directory)).named(row);
        return named.isPresent() ? Optional.of(mount.get().subvolume(named.getAsLong())) : Optional.empty();
    }

    /** A kernel without FAT can still build on a disk with an ESP, which then appears empty. */
    private FileSystemMount below(Optional<FileSystemMount> mount, Fstab.Row row)
            throws IOException, InterruptedException, DiskFailedException {
        if (mount.filter(FileSystemMount::isMtools).isPresent()) {
            return mount.get(); // whether mtools can read it shows only when they do
        }
        boolean works = mount.isPresent()
                && Mounting.attempt(tools, mount.get(), directory, "exit 0").status() == 0;
        return works ? mount.get() : FileSystemMount.nothing(row.point());
    }
}
