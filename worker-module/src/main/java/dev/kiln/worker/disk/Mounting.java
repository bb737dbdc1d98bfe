package dev.kiln.worker.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Runs a script with a file system mounted as {@code /disk/root}, in a namespace that ends with it. */
final class Mounting {

    /** The sandbox's exit status when the kernel did not mount the file system. */
    static final int NOT_MOUNTED = 123;

    /** The exit status when it was killed, as at the end of its time. */
    private static final int KILLED = 137;

    /** Messages about files, and of a shell about its root, when the program that shows them ends, and afterwards. */
    private static final Pattern UNSHOWN = Pattern.compile(
            "Software caused connection abort|Transport endpoint is not connected|can't cd to " + ToolRun.PLACE);

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

    /** Distinguishes by the message whether the kernel refuses the disk or this worker cannot mount. */
    static DiskTools.Ended good(DiskTools.Ended ended) throws DiskFailedException, IOException {
        if (ended.status() == NOT_MOUNTED) {
            throw new DiskFailedException(
                    "BaseImage.NotMountable",
                    "the root file system of the disk is not mounted on this worker: " + ended.errors()
                            + "; a worker that builds on disks needs CAP_SYS_ADMIN and /dev/loop-control or, as an"
                            + " ordinary user, fuse2fs and /dev/fuse");
        }
        if (ended.status() == KILLED || UNSHOWN.matcher(ended.errors()).find()) {
            throw new DiskFailedException(
                    DiskFailedException.REFUSED,
                    "a file system of the disk makes the program that reads it fail, or take more time than"
                            + " kiln.engine.command-time: "
                            + ended.errors().lines().findFirst().orElse("it said nothing"));
        }
        if (ended.status() != 0) {
            throw new IOException("looking at the disk ended with status " + ended.status() + ": " + ended.errors());
        }
        return ended;
    }
}
