package dev.kiln.worker.engine;

import java.util.Optional;

/** Builds for tests of what stands around the engine. */
public final class Builds {

    private Builds() {}

    /** A build of one command on a root file system of busybox. */
    public static BuildRequest of(String name, String command) {
        return new BuildRequest(
                name, BusyboxBase.image(), BuildEngineContract.commands(command), Optional.empty(), false, 1 << 20);
    }

    /** How many processes mean to sleep for so long. */
    public static long sleepers(int seconds) {
        return Sleepers.count(seconds);
    }

    public static BuildOutput output() {
        return new RecordedOutput();
    }
}
