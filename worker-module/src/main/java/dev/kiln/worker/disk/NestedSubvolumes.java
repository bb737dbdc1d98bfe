package dev.kiln.worker.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Subvolumes that a machine mounts below its root, as many do for /var and /home. An overlay does not see mounts within
 * its base. Therefore they are moved to their mount points in the copy of the disk that is built on, and back in the
 * result; a move is a rename and touches no file.
 */
final class NestedSubvolumes {

    private static final String FILE = "nested";
    private static final String HERE = "here";
    private static final Pattern MOVED =
            Pattern.compile("(/[^ \n]+) ([^ \n]+) ([^ \n]+) ([0-9]+:[0-9]+:[0-9]+:[0-9]+|" + HERE + ")");

    /**
     * A subvolume replaces only an empty directory, since another one hides files of its own; below one that stays,
     * nothing is moved. Symbolic links are not followed.
     */
    private static final String IN = """
            set -eu
            cd /disk/root
            root=$1
            shift
            left=
            while [ $# -gt 0 ]; do
                id=$1 path=$2 point=$3 place=$root$3 was=
                shift 3
                for other in $left; do
                    case $point in "$other"/*) continue 2 ;; esac
                done
                if [ -d "./$place" ] && [ "$(realpath -e "./$place")" = "$(realpath -s "./$place")" ]; then
                    if [ "$(stat -c %i "./$place")" = 256 ]; then
                        [ "$(btrfs inspect-internal rootid "./$place")" != "$id" ] || was=here
                    elif [ -d "./$path" ] && [ "$(stat -c %i "./$path")" = 256 ]; then
                        before=$(stat -c '%a:%u:%g:%Y' "./$place")
                        if rmdir "./$place" 2> /dev/null; then
                            mv -T "./$path" "./$place"
                            was=$before
                        fi
                    fi
                fi
                [ -n "$was" ] && echo "$point $place $path $was" || left="$left $point"
            done
            """;

    private static final String OUT = """
            set -eu
            cd /disk/root
            while [ $# -gt 0 ]; do
                place=./$1 path=./$2
                [ ! -L "$place" ] && [ "$(stat -c %i "$place")" = 256 ] || { echo "$1" >&2; exit 3; }
                mv -T "$place" "$path"
                IFS=: read -r mode user group time <<< "$3"
                mkdir "$place"
                chown "$user:$group" "$place"
                chmod "$mode" "$place"
                touch -d "@$time" "$place"
                shift 3
            done
            """;

    private final DiskTools tools;
    private final Path directory;

    /** @param directory where a file system is mounted temporarily */
    NestedSubvolumes(DiskTools tools, Path directory) {
        this.tools = tools;
        this.directory = directory;
    }

    /**
     * A subvolume that is temporarily a part of the root file system.
     *
     * @param point where a machine mounts it
     * @param place where it is now, from the top of the file system
     * @param path where it belongs, from the top of the file system
     * @param was mode, owner and time of the directory that it replaced; or a mark that it was there before
     */
    record Nested(String point, String place, String path, String was) {

        private String line() {
            return point + " " + place + " " + path + " " + was + "\n";
        }
    }

    /** The nested subvolumes of the disk that was opened in a directory. */
    static List<Nested> in(Path directory) throws IOException {
        var file = directory.resolve(FILE);
        return Files.exists(file) ? parse(Files.readString(file)) : List.of();
    }

    private static List<Nested> parse(String text) {
        return MOVED.matcher(text)
                .results()
                .map(found -> new Nested(found.group(1), found.group(2), found.group(3), found.group(4)))
                .toList();
    }

    /**
     * Moves all mounts that it can, in the disk in the directory, and writes down how to undo that; returns the others.
     */
    List<FileSystemMount> nest(RootSearch.Root root, List<FileSystemMount> mounts)
            throws IOException, InterruptedException, DiskFailedException {
        var below = root.subvolumes().path(root.subvolume());
        var arguments = below.isPresent() ? movable(root, below.get(), mounts) : List.<String>of();
        if (arguments.isEmpty()) {
            return mounts;
        }
        var disk = OpenedDisk.disk(directory);
        var nested = parse(run(IN, root.mount(), root.part().partition().bytes(), disk, arguments)
                .output());
        var file = new StringBuilder();
        nested.forEach(each -> file.append(each.line()));
        Files.writeString(directory.resolve(FILE), file);
        var points = new HashSet<String>();
        nested.forEach(each -> points.add(each.point()));
        return mounts.stream().filter(mount -> !points.contains(mount.point())).toList();
    }

    /**
     * The root's path, then number, path and mount point of each subvolume that neither holds the root nor lies below a
     * mount of another file system.
     */
    private static List<String> movable(RootSearch.Root root, String below, List<FileSystemMount> mounts) {
        var arguments = new ArrayList<>(List.of(below));
        for (var mount : mounts.stream()
                .sorted(Comparator.comparing(FileSystemMount::point))
                .toList()) {
            var id = mount.subvolumeOf(root.mount());
            var path = id.isPresent() ? root.subvolumes().path(id.getAsLong()) : Optional.<String>empty();
            boolean within = mounts.stream()
                    .anyMatch(other -> mount.point().startsWith(other.point() + "/")
                            && other.subvolumeOf(root.mount()).isEmpty());
            if (path.isPresent() && !within && !holds(path.get(), below)) {
                arguments.addAll(List.of(Long.toString(id.orElseThrow()), path.get(), mount.point()));
            }
        }
        return arguments.size() > 1 ? arguments : List.of();
    }

    private static boolean holds(String path, String other) {
        return path.isEmpty() || (other + "/").startsWith(path + "/");
    }

    /** Moves them back in a copy of the disk whose root partition has this many bytes. */
    void restore(List<Nested> nested, FileSystemMount root, Path copy, long bytes)
            throws IOException, InterruptedException, DiskFailedException {
        var moved = new ArrayList<>(nested);
        moved.removeIf(each -> each.was().equals(HERE));
        Collections.reverse(moved);
        var arguments = new ArrayList<String>();
        moved.forEach(each -> arguments.addAll(List.of(each.place(), each.path(), each.was())));
        if (!arguments.isEmpty()) {
            run(OUT, root, bytes, copy, arguments);
        }
    }

    private DiskTools.Ended run(String script, FileSystemMount root, long bytes, Path disk, List<String> arguments)
            throws IOException, InterruptedException, DiskFailedException {
        var top = root.subvolume(Subvolumes.TOP).writable(disk, KernelFileSystem.BTRFS, bytes);
        var command = new ArrayList<>(List.of("bash", "-c", script, "kiln"));
        command.addAll(arguments);
        var ended = tools.run(ToolRun.of(command.toArray(String[]::new))
                .changing(top, Files.createDirectories(directory.resolve("mounted")), "root"));
        if (ended.status() == 3) {
            throw new DiskFailedException(
                    "BuildCommand.Failed",
                    "commands have replaced a directory above a subvolume of its own, which is no longer at "
                            + ended.errors().strip());
        }
        return Mounting.good(ended);
    }
}
