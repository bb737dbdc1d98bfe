package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

/** The bounds of a running build, asked for many times a second. */
final class Limits {

    private final EngineSettings settings;
    private final Scratch scratch;
    private final long buildDeadline;

    Limits(EngineSettings settings, Scratch scratch) {
        this.settings = settings;
        this.scratch = scratch;
        this.buildDeadline = System.nanoTime() + settings.buildTime().toNanos();
    }

    /** A watch over one command that begins now. */
    SandboxProcess.Watch command() {
        long deadline = System.nanoTime() + settings.commandTime().toNanos();
        return () -> {
            long now = System.nanoTime();
            checkTime(now - deadline, "the command", settings.commandTime());
            checkTime(now - buildDeadline, "the build", settings.buildTime());
            checkDisk();
        };
    }

    void checkDisk() throws Stopped, IOException {
        if (scratch.usage() > scratch.diskBytes()) {
            throw new Stopped(
                    Stopped.Reason.DISK,
                    "wrote more than the " + scratch.diskBytes() + " bytes of the template's SystemDiskSize");
        }
        long free = Files.getFileStore(scratch.directory()).getUsableSpace();
        if (free < settings.reserve().toBytes()) {
            throw new IOException("only " + free + " bytes are free below " + settings.directory() + ", builds leave "
                    + settings.reserve() + ": free some space");
        }
    }

    private static void checkTime(long over, String what, Duration limit) throws Stopped {
        if (over > 0) {
            throw new Stopped(Stopped.Reason.TIME, what + " took longer than " + limit.toSeconds() + " seconds");
        }
    }
}
