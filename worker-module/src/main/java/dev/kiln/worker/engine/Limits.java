package dev.kiln.worker.engine;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The bounds of a running build, asked for a few times a second. */
final class Limits {

    /** As many as file systems are usually made with. */
    private static final int BYTES_PER_INODE = 16 << 10;

    private final EngineSettings settings;
    private final Scratch scratch;
    private volatile @Nullable FileStore disk;

    Limits(EngineSettings settings, Scratch scratch) {
        this.settings = settings;
        this.scratch = scratch;
    }

    /** A watch over one command that begins now. */
    SandboxProcess.Watch command() {
        var most = settings.commandTime();
        return within(most, "the command took longer than " + raise(most, "kiln.engine.command-time"));
    }

    /** A watch over what begins now and may take so long; why it is stopped then. */
    SandboxProcess.Watch within(Duration most, String why) {
        long deadline = System.nanoTime() + most.toNanos();
        return () -> {
            if (System.nanoTime() - deadline > 0) {
                throw new Stopped(Stopped.Reason.TIME, why);
            }
            checkDisk();
        };
    }

    void checkDisk() throws Stopped, IOException {
        check(scratch.usage().bytes());
        checkReserve();
    }

    /** Whether the layers up to that one, which was packed last, take what they may. */
    void checkPacked(int layer) throws Stopped {
        check(scratch.usage().packedBytes(layer));
    }

    private void check(long written) throws Stopped {
        if (written > scratch.diskBytes()) {
            throw new Stopped(
                    Stopped.Reason.DISK,
                    "wrote more than the " + scratch.diskBytes() + " bytes of the template's SystemDiskSize, where each"
                            + " file and directory counts 1024 bytes beside what is in it; write less, or fewer files,"
                            + " or raise SystemDiskSize");
        }
    }

    /** Whether this machine has space left. */
    void checkReserve() throws IOException {
        var store = disk;
        if (store == null) {
            // Which one it is shows in the machine's list of mounts, to read which takes longer than all else here.
            store = Files.getFileStore(scratch.directory());
            disk = store;
        }
        long free = store.getUsableSpace();
        if (free < settings.reserve().toBytes()) {
            throw new IOException("only " + free + " bytes are free below " + settings.directory() + ", builds leave "
                    + settings.reserve() + ": free some space");
        }
        long missing =
                FreeInodes.of(settings.directory()).missing(settings.reserve().toBytes() / BYTES_PER_INODE);
        if (missing > 0) {
            throw new IOException("the file system of " + settings.directory() + " has " + missing
                    + " inodes less than builds leave free (one for each " + BYTES_PER_INODE
                    + " bytes of kiln.engine.reserve, and no more than a twentieth of all): remove some files");
        }
    }

    /** The limit, and what it is called by those who can raise it. */
    static String raise(Duration limit, String setting) {
        return limit.toSeconds() + " seconds; the operator can raise " + setting;
    }
}
