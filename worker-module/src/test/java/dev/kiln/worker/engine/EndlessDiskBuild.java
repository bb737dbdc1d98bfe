package dev.kiln.worker.engine;

import java.nio.file.Path;
import java.util.Optional;

/** Runs in a Java process that a test kills while a disk is mounted. */
public final class EndlessDiskBuild {

    private EndlessDiskBuild() {}

    public static void main(String[] arguments) throws Exception {
        var request = new BuildRequest(
                "exec-endless",
                SystemDisk.image(Path.of(arguments[1])),
                BuildEngineContract.commands("RUN /bin/sleep 98765"),
                Optional.empty(),
                false,
                64L << 20);
        new SandboxBuildEngine(EngineSettings.in(Path.of(arguments[0])))
                .build(request, StepJournal.NONE, new RecordedOutput());
    }
}
