package dev.kiln.worker.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The subvolumes of a Btrfs in which a machine may have its directories: those with plain names, at most four deep.
 *
 * @param chosen the one that is mounted when none is named
 */
record Subvolumes(long chosen, List<Subvolume> all) {

    /** For other file systems, which have none. */
    static final Subvolumes NONE = new Subvolumes(0, List.of());

    /** The one that contains all others. */
    static final long TOP = 5;

    private static final Pattern FOUND = Pattern.compile("([0-9]{1,18}) ([01]) ([A-Za-z0-9@._/-]{0,255}):");
    private static final Pattern ONE = Pattern.compile("[0-9]{1,18}");

    private static final String NUMBER = "btrfs inspect-internal rootid /disk/root";

    /** The directory of every subvolume has this inode number. Links are not followed. */
    private static final String LIST = """
            cd /disk/root || exit 1
            find . -maxdepth 4 -type d -inum 256 -printf '%P\\0' | head -z -n 256 | while IFS= read -r -d '' path; do
                [[ $path =~ ^[A-Za-z0-9@._/-]*$ ]] || continue
                system=1
                for directory in etc usr; do
                    [ -d "./$path/$directory" ] && [ ! -L "./$path/$directory" ] || system=0
                done
                printf '%s %s %s:\\n' "$(btrfs inspect-internal rootid "./$path")" "$system" "$path"
            done | head -c 65536
            """;

    /**
     * A subvolume.
     *
     * @param path from the top, which contains all of them
     * @param system whether it has the directories of a system
     */
    record Subvolume(long id, String path, boolean system) {}

    /** The subvolumes of a file system; {@code mount} names none of them. */
    static Subvolumes of(DiskTools tools, FileSystemMount mount, Path directory)
            throws IOException, InterruptedException, DiskFailedException {
        var chosen = Mounting.require(tools, mount, directory, NUMBER).output().strip();
        if (!ONE.matcher(chosen).matches()) {
            throw new IOException("a subvolume has no number: " + chosen);
        }
        var listing = Mounting.tool(mount.subvolume(TOP), directory, "bash", "-c", LIST);
        var said = Mounting.good(tools.run(listing)).output();
        var all = new ArrayList<Subvolume>();
        for (var line : said.split("\n", -1)) {
            var found = FOUND.matcher(line);
            if (found.matches()) {
                var system = found.group(2).equals("1");
                all.add(new Subvolume(Long.parseLong(found.group(1)), found.group(3), system));
            }
        }
        return new Subvolumes(Long.parseLong(chosen), List.copyOf(all));
    }

    /** The subvolume that a row of an fstab names; empty when it does not exist. */
    OptionalLong named(Fstab.Row row) {
        var path = row.option("subvol").map(Subvolumes::plain);
        var id = row.option("subvolid");
        if (path.isEmpty() && id.isEmpty()) {
            return OptionalLong.of(chosen);
        }
        return all.stream()
                .filter(each ->
                        path.map(each.path()::equals).orElseGet(() -> id.equals(Optional.of(Long.toString(each.id())))))
                .mapToLong(Subvolume::id)
                .findFirst();
    }

    private static String plain(String path) {
        return path.replaceAll("/+", "/").replaceAll("^/|/$", "");
    }

    /** Those that may be the root file system, the default one first. */
    List<Long> order() {
        var systems = all.stream().filter(Subvolume::system).map(Subvolume::id);
        return Stream.concat(Stream.of(chosen), systems).distinct().toList();
    }

    /** The path of a subvolume from the top, if known. */
    Optional<String> path(long id) {
        return all.stream().filter(each -> each.id() == id).map(Subvolume::path).findFirst();
    }

    /** The name of a subvolume in messages. */
    String shown(long id) {
        return path(id).map(path -> "subvolume /" + path).orElse("subvolume " + id);
    }
}
