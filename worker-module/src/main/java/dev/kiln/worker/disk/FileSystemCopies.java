package dev.kiln.worker.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies the contents of a disk's file systems into directories beside it, once for all builds on it, for a worker that
 * may not mount; from then on they are like an archive's files. A program reads each of them in a sandbox that has only
 * the disk and that directory.
 */
record FileSystemCopies(DiskTools tools, Path directory) {

    private static final int FOREIGN = 3;

    // Only root can make devices, and no program listens at sockets. An id that the user namespace lacks appears as
    // nobody's; the file system's own tool shows the real one.
    private static final String EXT = """
            set -eu -o pipefail
            cd /disk/root
            attributes=(--xattrs --xattrs-include='user.*' --xattrs-include=security.capability
                --xattrs-include='system.posix_acl_*' --xattrs-exclude='user.overlay.*')
            find . ! -type b ! -type c ! -type s -print0 |
                tar --create --null --verbatim-files-from --no-recursion --files-from=- --numeric-owner --sparse \
                    --hole-detection=raw --format=posix --warning=no-file-changed "${attributes[@]}" |
                tar --extract --directory=/disk/tree --numeric-owner --same-owner --same-permissions \
                    --delay-directory-restore "${attributes[@]}"
            find . \\( -uid 65534 -o -gid 65534 \\) -printf 'stat <%i>\\n' > /tmp/nobodys
            [ -s /tmp/nobodys ] || exit 0
            debugfs -f /tmp/nobodys "/disk/shown?offset=${1##*offset=}" 2> /dev/null |
                sed -nE 's/^User: *([0-9]+) *Group: *([0-9]+).*/\\1 \\2/p' |
                while read -r user group; do
                    [ "$user" -lt 65535 ] && [ "$group" -lt 65535 ] || { echo "id $user:$group" >&2; exit 3; }
                done
            """;

    /** As the kernel would show it. */
    private static final String FAT = """
            set -eu
            export TZ=UTC0 MTOOLS_SKIP_CHECK=1
            mcopy -s -m -n -i "/disk/disk$1" '::*' /disk/tree
            chmod -R 755 /disk/tree
            """;

    /** The same file systems as copies, which need no mount. */
    List<FileSystemMount> of(List<FileSystemMount> mounts)
            throws IOException, InterruptedException, DiskFailedException {
        var copied = new ArrayList<FileSystemMount>();
        for (var mount : mounts) {
            if (FileSystemMount.isNowhere(mount.point(), copied) || isMissing(mount.point(), mounts, copied)) {
                continue;
            }
            copied.add(mount.isEmpty() ? mount : copied(mount, directory.resolve("tree-" + copied.size())));
        }
        return List.copyOf(copied);
    }

    /** Whether a mount point was looked for in vain in what mtools read; of others that is known before. */
    private static boolean isMissing(String point, List<FileSystemMount> mounts, List<FileSystemMount> copied) {
        return FileSystemMount.around(point, mounts)
                .filter(FileSystemMount::isMtools)
                .flatMap(fat -> FileSystemMount.around(point, copied))
                .filter(tree -> !Files.isDirectory(Path.of(tree.source()).resolve(tree.within(point))))
                .isPresent();
    }

    private FileSystemMount copied(FileSystemMount mount, Path tree)
            throws IOException, InterruptedException, DiskFailedException {
        Files.createDirectory(tree);
        if (mount.isMtools()) {
            var copying =
                    ToolRun.of("sh", "-c", FAT, "kiln", mount.options()).reading(OpenedDisk.disk(directory), "disk");
            boolean read = tools.run(copying.writing(tree, "tree")).status() == 0;
            return read ? mount.copiedTo(tree) : FileSystemMount.nothing(mount.point());
        }
        requireCopied(tools.run(Mounting.tool(mount, directory, "bash", "-c", EXT, "kiln", mount.options())
                .writing(tree, "tree")));
        return mount.copiedTo(tree);
    }

    private static void requireCopied(DiskTools.Ended ended) throws IOException, DiskFailedException {
        if (ended.status() == FOREIGN) {
            throw new DiskFailedException(
                    DiskFailedException.REFUSED,
                    "a file of the disk belongs to a user or group that this worker, who is an ordinary user, has no id"
                            + " for; a worker that is root builds on it: " + ended.errors());
        }
        Mounting.good(ended);
    }
}
