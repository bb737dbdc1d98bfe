package dev.kiln.worker.disk;

import java.io.IOException;
import java.io.InputStream;

/**
 * Runs programs of this machine on disks, each in a sandbox of its own that sees this machine's programs and nothing
 * else but the files that are named, with bounds of memory and time. Whatever reads a disk or a file system that
 * strangers made runs there.
 */
public interface DiskTools {

    /** How a run ended, and the last that it printed: to standard output, and to standard error. */
    record Ended(int status, String output, String errors) {}

    /** Reads what a program prints. */
    @FunctionalInterface
    interface Reader {
        void read(InputStream output) throws IOException, DiskFailedException;
    }

    /** Whether the kernel may be asked to mount file systems of disks, rather than a program to show them. */
    boolean mayMount();

    /** Runs to the end. */
    Ended run(ToolRun tool) throws IOException, InterruptedException, DiskFailedException;

    /** The same; the reader gets all of standard output. */
    Ended run(ToolRun tool, Reader reader) throws IOException, InterruptedException, DiskFailedException;
}
