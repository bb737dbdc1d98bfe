package dev.kiln.worker.disk;

import dev.kiln.execution.Ability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Puts files into the root file system of a throw-away disk, where only the kernel can write it.
 *
 * @param able the abilities of this worker
 */
public record RootWriting(DiskTools tools, Set<Ability> able) {

    private static final int NOT_POSSIBLE = 3;

    /**
     * Runs a bash script that has the root file system of the disk in the directory as {@code /disk/root}, and the
     * archive as {@code /disk/archive}. If it ends with status 3, its output is what is wrong with the disk.
     */
    public void write(Path directory, Path archive, String script)
            throws IOException, InterruptedException, DiskFailedException {
        var disk = OpenedDisk.disk(directory);
        var root = new KernelRoots(tools, able, directory)
                .find(DiskOpening.layout(disk))
                .orElseThrow(
                        () -> failed("no partition has a file system with /sbin/init in it: commands cannot be run in"
                                + " such a machine"));
        var part = root.part();
        var kind = KernelFileSystem.of(part.fileSystem().kind()).orElseThrow();
        var mount = root.mount().writable(disk, kind, part.partition().bytes());
        var ended = tools.run(ToolRun.of("bash", "-c", script)
                .reading(archive, "archive")
                .changing(mount, Files.createDirectories(directory.resolve("mounted")), "root")
                .labelling());
        if (ended.status() == NOT_POSSIBLE) {
            throw failed(ended.errors());
        }
        Mounting.good(ended);
    }

    private static DiskFailedException failed(String why) {
        return new DiskFailedException("Machine.BootFailed", why);
    }
}
