package dev.kiln.worker.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs a script with a file system mounted as {@code /disk/root}, in a namespace that ends with it. */
final class Mounting {

    /** What a sandbox ends with when the kernel does not mount what it was asked to. */
    static final int NOT_MOUNTED = 123;

    private Mounting() {}

    static DiskTools.Ended attempt(DiskTools tools, FileSystemMount mount, Path directory, String script)
            throws IOException, InterruptedException, DiskFailedException {
        return tools.run(tool(mount, directory, "sh", "-c", script));
    }

    static DiskTools.Ended require(DiskTools tools, FileSystemMount mount, Path directory, String script)
            throws IOException, InterruptedException, DiskFailedException {
        return good(attempt(tools, mount, directory, script));
    }

    static ToolRun tool(FileSystemMount mount, Path directory, String... command) throws IOException {
        var point = Files.createDirectories(directory.resolve("mounted"));
        return ToolRun.of(command).mounting(mount, point, "root");
    }

    /** The kernel refuses a disk, or this worker refuses to be one that mounts; either is told apart by the words. */
    static DiskTools.Ended good(DiskTools.Ended ended) throws DiskFailedException, IOException {
        if (ended.status() == NOT_MOUNTED) {
            throw new DiskFailedException(
                    "BaseImage.NotMountable",
                    "the kernel of this worker does not mount the disk's root file system: " + ended.errors()
                            + "; a worker that builds on disks needs CAP_SYS_ADMIN and /dev/loop-control");
        }
        if (ended.status() != 0) {
            throw new IOException("looking at the disk ended with status " + ended.status() + ": " + ended.errors());
        }
        return ended;
    }
}
