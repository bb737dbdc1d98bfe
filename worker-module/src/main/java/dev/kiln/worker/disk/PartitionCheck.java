package dev.kiln.worker.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs the checking tool of a file system that the kernel writes, on a copy; it never writes to the disk. Such tools
 * take whole files or devices, and a device would stay behind when a worker is killed.
 */
record PartitionCheck(DiskTools tools, Path disk, KernelFileSystem kind, long start, long bytes) {

    /** What xfs_repair prints only about a log in use. */
    private static final String LOG_IN_USE = "ALERT";

    /** Throws unless the kernel may be given it as a base. */
    void accept() throws IOException, InterruptedException, DiskFailedException {
        var said = look();
        if (said.status() != 0 || said.output().contains(LOG_IN_USE)) {
            throw new DiskFailedException(
                    DiskFailedException.REFUSED,
                    "the " + kind.word() + " at byte " + start + " of the disk is damaged, or was not unmounted; mount"
                            + " and unmount it, or repair it by " + kind.tools().get(0) + ": " + said.output());
        }
    }

    /** Throws if there is anything to correct, or anything in its log. */
    void requireClean() throws IOException, InterruptedException, DiskFailedException {
        var said = look();
        if (said.status() != 0 || said.output().contains(LOG_IN_USE)) {
            throw new IOException("the " + kind.word() + " that was written is not sound: " + said.output());
        }
    }

    private DiskTools.Ended look() throws IOException, InterruptedException, DiskFailedException {
        var place = Files.createDirectory(disk.resolveSibling("checked"));
        try {
            var part = "driver=raw,offset=" + start + ",size=" + bytes + ",file.driver=file,file.filename="
                    + ToolRun.PLACE + "disk";
            var copied = tools.run(
                    ToolRun.of("qemu-img", "convert", "--image-opts", "-O", "raw", part, ToolRun.PLACE + "checked/part")
                            .reading(disk, "disk")
                            .writing(place, "checked"));
            if (copied.status() != 0) {
                throw new IOException("copying a partition failed: " + copied.errors());
            }
            // The checking tool prints its findings to standard error.
            var check = "exec " + kind.check() + " " + ToolRun.PLACE + "part 2>&1";
            return tools.run(ToolRun.of("sh", "-c", check).reading(place.resolve("part"), "part"));
        } finally {
            Files.deleteIfExists(place.resolve("part"));
            Files.delete(place);
        }
    }
}
