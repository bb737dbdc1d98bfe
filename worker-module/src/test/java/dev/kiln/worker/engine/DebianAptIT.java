package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.ImageForm;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A package is installed into a real Debian root file system. Slow, and needs a package mirror: the one that this
 * machine's own apt is configured for.
 */
@Tag("slow")
class DebianAptIT {

    @TempDir
    private Path directory;

    @Test
    void packageIsInstalled() throws Exception {
        var archive = DebianBase.make(directory, "apt"); // which is not of that variant on Ubuntu
        var output = new RecordedOutput();
        var content = "RUN apt-get update -q && apt-get install -y --no-install-recommends hello && hello";
        var request = new BuildRequest(
                "exec-debian",
                ImageFile.of(archive, ImageForm.Kind.ARCHIVE),
                BuildEngineContract.commands(content),
                Optional.empty(),
                true,
                4L << 30);
        var engine = new SandboxBuildEngine(EngineSettings.in(directory.resolve("engine")));
        var built = engine.build(request, StepJournal.NONE, output);
        assertThat(output.text()).contains("Hello, world!");
        assertThat(SandboxBuildEngineTest.entries(built.file())).containsKey("./usr/bin/hello");
        engine.discard("exec-debian");
    }
}
