package dev.kiln.worker.engine;

import java.nio.file.Path;
import java.util.Optional;

/** Runs in a Java process that a test kills: a build of that name with two processes that sleep so many seconds. */
public final class EndlessBuild {

    private EndlessBuild() {}

    public static void main(String[] arguments) throws Exception {
        var request = new BuildRequest(
                arguments[1],
                BusyboxBase.image(),
                BuildEngineContract.commands("RUN /bin/sleep %1$s & /bin/sleep %1$s".formatted(arguments[2])),
                Optional.empty(),
                false,
                1 << 20);
        new SandboxBuildEngine(EngineSettings.in(Path.of(arguments[0]))).test(request, new RecordedOutput());
    }
}
