package dev.kiln.worker.disk;

import java.io.IOException;
import java.io.InputStream;

/**
 * Runs programs of this machine on disks, each in its own sandbox, which sees only this machine's programs and the
 * named files and has limits of memory and time. Everything that reads an untrusted disk or file system runs there.
 */
public interface DiskTools {

    /** How a run ended: its status and the end of its standard output and standard error. */
    record Ended(int status, String output, String errors) {}

    /** Reads what a program prints. */
    @FunctionalInterface
    interface Reader {
        void read(InputStream output) throws IOException, DiskFailedException;
    }

    /** Whether the kernel may mount file systems of disks; otherwise programs show them. */
    boolean mayMount();

    /** Runs the tool to its end. */
    Ended run(ToolRun tool) throws IOException, InterruptedException, DiskFailedException;

    /** Runs the tool to its end; the reader gets all of its standard output. */
    Ended run(ToolRun tool, Reader reader) throws IOException, InterruptedException, DiskFailedException;
}
