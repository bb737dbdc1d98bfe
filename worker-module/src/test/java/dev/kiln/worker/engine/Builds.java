package dev.kiln.worker.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Builds for tests of what stands around the engine. */
public final class Builds {

    private Builds() {}

    /** A build of one command on a root file system of busybox. */
    public static BuildRequest of(String name, String command) {
        return new BuildRequest(
                name, BusyboxBase.image(), BuildEngineContract.commands(command), Optional.empty(), false, 1 << 20);
    }

    /** The archive of a root file system of busybox. */
    public static byte[] base() {
        return BusyboxBase.bytes();
    }

    /** An engine that gives commands and steps so much time. */
    public static SandboxBuildEngine engine(Path directory, Duration commandTime, Duration stepTime) {
        return new SandboxBuildEngine(TestSettings.of(directory)
                .commandTime(commandTime)
                .stepTime(stepTime)
                .build());
    }

    /** How many processes mean to sleep for so long. */
    public static long sleepers(int seconds) {
        return Sleepers.count(seconds);
    }

    /** Mounts that any process of this machine sees, of this directory or below it. */
    public static Set<String> mounts(Path directory) {
        return Mounts.naming(directory);
    }

    public static BuildOutput output() {
        return new RecordedOutput();
    }
}
