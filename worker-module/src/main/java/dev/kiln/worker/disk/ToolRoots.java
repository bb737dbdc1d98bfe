package dev.kiln.worker.disk;

import dev.kiln.image.disk.DiskLayout;
import dev.kiln.image.disk.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds the root file system of a disk among those of ext by their own tools, without a mount, by the rules of
 * {@link RootSearch}: what is tested has to be the system that was built.
 */
public record ToolRoots(DiskTools tools) {

    /** debugfs does not follow a link that a path ends with. */
    private static final String LOOK = """
            debugfs -R 'stat /sbin/init' "$1" 2> /dev/null | grep -q '^Inode:' || exit 0
            echo init
            ! debugfs -R 'stat /etc/fstab' "$1" 2> /dev/null | grep -q '^Inode:.*Type: regular' ||
                debugfs -R 'cat /etc/fstab' "$1" 2> /dev/null | head -c 65536
            """;

    private static final String INIT = "init";

    private record Found(DiskLayout.Part part, Fstab fstab) implements RootSearch.Candidate {}

    /** The first byte of the file system on the directory's disk that has /sbin/init, if there is one. */
    public OptionalLong find(Path directory) throws IOException, InterruptedException, DiskFailedException {
        var disk = OpenedDisk.disk(directory);
        var roots = new ArrayList<Found>();
        for (var part : DiskOpening.layout(disk).candidates(Set.of(FileSystem.Kind.EXT))) {
            var name = ToolRun.PLACE + "disk?offset=" + part.partition().start();
            var said = tools.run(ToolRun.of("sh", "-c", LOOK, "kiln", name).reading(disk, "disk"));
            if (said.status() != 0) {
                throw new IOException(
                        "looking for the root file system ended with status " + said.status() + ": " + said.errors());
            }
            if (said.output().startsWith(INIT)) {
                roots.add(new Found(part, Fstab.parse(said.output().substring(INIT.length()))));
            }
        }
        return RootSearch.chosen(roots).stream()
                .mapToLong(root -> root.part().partition().start())
                .findFirst();
    }
}
