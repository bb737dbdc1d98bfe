package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class SandboxCheckIT {

    @TempDir
    private Path directory;

    @Test
    void aWorkerThatCanMakeItsSandboxLeavesNothingOfTheTrial() throws Exception {
        var engine = new SandboxBuildEngine(EngineSettings.in(directory));

        assertThatCode(engine::check).doesNotThrowAnyException();

        assertThat(engine.found()).isEmpty();
        assertThat(directory.resolve("builds")).isEmptyDirectory();
    }

    /** Root has no sub-ids on an ordinary system, so its user namespace cannot be mapped. */
    @Test
    void aWorkerThatCannotMakeItsSandboxSaysWhyAndWhatToDo() {
        var all = EngineSettings.in(directory);
        var settings = new EngineSettings(
                directory,
                EngineSettings.Isolation.USER,
                all.memory(),
                all.cpus(),
                all.processes(),
                all.commandTime(),
                all.stepTime(),
                DataSize.ofMegabytes(1),
                all.cache(),
                all.compression(),
                all.download(),
                all.downloadTime(),
                all.network(),
                all.userNamespaces(),
                all.i386Sockets(),
                all.privateNetworks(),
                all.closedNetworks(),
                all.packerGrace(),
                all.kernelFileSystems());

        assertThatThrownBy(() -> new SandboxBuildEngine(settings).check())
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("cannot make a sandbox")
                .hasMessageContaining("/etc/subuid");
    }
}
