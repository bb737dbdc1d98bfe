package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** A file system with space, but a thousand inodes only. */
class LimitsTest {

    @TempDir
    private Path directory;

    private Path small;

    @BeforeEach
    void mount() throws Exception {
        small = Files.createDirectory(directory.resolve("small"));
        assertThat(call("mount", "-t", "tmpfs", "-o", "nr_inodes=1000,size=64m", "none", small.toString()))
                .isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        call("umount", small.toString());
    }

    private static int call(String... line) throws IOException, InterruptedException {
        return new ProcessBuilder(line).start().waitFor();
    }

    private Limits limits() {
        var settings = TestSettings.of(small).reserve(DataSize.ofMegabytes(16)).build();
        return new Limits(settings, new Scratch(small, false, 1 << 20, new ControlGroup("limits", settings)));
    }

    @Test
    void inodesAreLeftFree() throws Exception {
        for (int file = 0; file < 970; file++) {
            Files.createFile(small.resolve("f" + file));
        }
        assertThatThrownBy(() -> limits().checkReserve())
                .isInstanceOf(NoRoomException.class)
                .hasMessageContaining("inodes less than builds leave free")
                .hasMessageContaining(small.toString());
        var settings = TestSettings.of(small).reserve(DataSize.ofMegabytes(16)).build();
        assertThat(new SandboxBuildEngine(settings).lacksRoom()).isPresent();
    }

    @Test
    void anEngineTellsThatItHasRoom() {
        var enough = TestSettings.of(small).reserve(DataSize.ofMegabytes(16)).build();
        assertThat(new SandboxBuildEngine(enough).lacksRoom()).isEmpty();
        var notEnough = TestSettings.of(small).reserve(DataSize.ofMegabytes(65)).build();
        assertThat(new SandboxBuildEngine(notEnough).lacksRoom())
                .get()
                .asString()
                .contains("bytes are free");
    }

    @Test
    void noMoreOfThemThanATwentiethOfAll() throws Exception {
        for (int file = 0; file < 930; file++) {
            Files.createFile(small.resolve("f" + file));
        }
        limits().checkReserve();
    }
}
