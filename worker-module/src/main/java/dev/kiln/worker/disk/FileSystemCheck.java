package dev.kiln.worker.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs e2fsprogs on one file system of a disk. They never read the clock: equal input gives equal output.
 *
 * @param start of the file system, in bytes
 * @param now the time that they are given instead, in seconds
 */
record FileSystemCheck(DiskTools tools, Path disk, long start, long now) {

    private static final long LARGEST_BLOCK = 64 << 10;

    /** Repairs a file system that was not unmounted or has small faults. */
    void repair() throws IOException, InterruptedException, DiskFailedException {
        var said = run("e2fsck", "-f", "-p");
        // 1: faults were corrected.
        if (said.status() > 1) {
            throw new DiskFailedException(
                    DiskFailedException.REFUSED,
                    "the file system at byte " + start + " of the disk is damaged; repair it by e2fsck: "
                            + said.output() + said.errors());
        }
    }

    /** Throws if anything would have to be corrected. */
    void requireClean() throws IOException, InterruptedException, DiskFailedException {
        var said = run("e2fsck", "-f", "-n");
        if (said.status() != 0) {
            throw new IOException("the file system that was written is not sound: " + said.output() + said.errors());
        }
    }

    /** Optimises directories and returns unused blocks to the host's file system. */
    void finish() throws IOException, InterruptedException, DiskFailedException {
        requireAtMost(1, run("e2fsck", "-f", "-y", "-D"));
        requireAtMost(0, run("e2fsck", "-f", "-y", "-E", "discard"));
    }

    /**
     * Grows it to fill a partition of this many bytes. Afterwards the disk has the size of the file system: resize2fs
     * takes a file for a file system and nothing else, and would cut it off, or write to its end if it were not that
     * long already.
     */
    void grow(long partition) throws IOException, InterruptedException, DiskFailedException {
        long bytes = partition / LARGEST_BLOCK * LARGEST_BLOCK;
        try (var file = FileChannel.open(disk, StandardOpenOption.WRITE)) {
            file.truncate(bytes);
        }
        requireAtMost(1, run("e2fsck", "-f", "-y"));
        var command = environment("resize2fs");
        command.addAll(List.of(name(), bytes / 512 + "s"));
        requireAtMost(0, tools.run(tool(command)));
    }

    private static void requireAtMost(int status, DiskTools.Ended said) throws IOException {
        if (said.status() > status) {
            throw new IOException(
                    "e2fsprogs ended with status " + said.status() + ": " + said.output() + said.errors());
        }
    }

    private DiskTools.Ended run(String... command) throws IOException, InterruptedException, DiskFailedException {
        var line = environment(command);
        line.add(name());
        return tools.run(tool(line));
    }

    private ToolRun tool(List<String> command) {
        return ToolRun.of(command.toArray(String[]::new)).writing(disk, "disk");
    }

    List<String> environment(String... command) {
        var line = new ArrayList<>(List.of("env", "E2FSPROGS_FAKE_TIME=" + now, "E2FSCK_TIME=" + now));
        line.addAll(Arrays.asList(command));
        return line;
    }

    /** The file system's name for e2fsprogs. */
    String name() {
        return ToolRun.PLACE + "disk?offset=" + start;
    }
}
