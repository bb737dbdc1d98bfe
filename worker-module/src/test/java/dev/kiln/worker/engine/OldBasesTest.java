package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Base images that an earlier release has unpacked. */
@Timeout(60)
class OldBasesTest {

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    /** What is mounted of a disk is decided when it is opened, by the rules of that release. */
    @Test
    void aDiskIsOpenedAgainAfterARelease() throws Exception {
        var disk = SystemDisk.image(new SystemDisk(directory.resolve("disk")).raw());
        var settings = TestSettings.of(directory.resolve("engine")).build();
        var old = Files.createDirectories(directory.resolve("engine/bases-root"))
                .resolve(disk.digest().hex());
        var engine = new SandboxBuildEngine(settings);
        var request = new BuildRequest(
                "exec-old",
                disk,
                BuildEngineContract.commands("RUN cat /boot/kernel"),
                Optional.empty(),
                false,
                256L << 20);
        Files.createDirectory(old);
        Files.writeString(old.resolve("bytes"), "0");
        Files.writeString(old.resolve("disk.json"), "{\"mounts\": []}");

        engine.build(request, StepJournal.NONE, output);

        assertThat(output.text()).isEqualTo("a kernel");
    }
}
