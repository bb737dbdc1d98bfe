package dev.kiln.worker.engine;

import java.io.IOException;
import java.time.Duration;

/** The limits of a running build, checked a few times a second. */
final class Limits {

    private final EngineSettings settings;
    private final Scratch scratch;
    private final Reserve reserve;

    Limits(EngineSettings settings, Scratch scratch) {
        this.settings = settings;
        this.scratch = scratch;
        this.reserve = new Reserve(settings, scratch.directory());
    }

    /** Watches one command that begins now. */
    SandboxProcess.Watch command() {
        var most = settings.commandTime();
        return within(most, "the command took longer than " + raise(most, "kiln.engine.command-time"));
    }

    /** Watches something that begins now and may take this long; {@code why} is the message when it is stopped. */
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

    /** Checks that the layers up to that one, the last that was packed, stay within the limit. */
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

    /**
     * Checks that this machine has space left.
     *
     * @throws NoRoomException when it has not
     */
    void checkReserve() throws IOException {
        var missing = reserve.missing();
        if (missing.isPresent()) {
            throw new NoRoomException(missing.get());
        }
    }

    /** The limit, and the name of the setting that raises it. */
    static String raise(Duration limit, String setting) {
        return limit.toSeconds() + " seconds; the operator can raise " + setting;
    }
}
