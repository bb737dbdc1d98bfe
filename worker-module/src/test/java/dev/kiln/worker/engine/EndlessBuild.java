package dev.kiln.worker.engine;

import java.nio.file.Path;
import java.util.Optional;

/** Runs in a Java process that a test kills. */
public final class EndlessBuild {

    private EndlessBuild() {}

    public static void main(String[] arguments) throws Exception {
        var request = new BuildRequest(
                arguments.length > 1 ? arguments[1] : "exec-endless",
                BusyboxBase.image(),
                BuildEngineContract.commands("RUN /bin/sleep 98766 & /bin/sleep 98766"),
                Optional.empty(),
                false,
                1 << 20);
        new SandboxBuildEngine(EngineSettings.in(Path.of(arguments[0]))).test(request, new RecordedOutput());
    }
}
