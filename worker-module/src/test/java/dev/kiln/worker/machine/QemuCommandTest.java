package dev.kiln.worker.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QemuCommandTest {

    private static final int SOME_GROUP = 12;

    @TempDir
    private Path directory;

    /** The emulator is neither this worker's user nor of root's group. */
    @ParameterizedTest
    @CsvSource({
        "rw-rw-rw-, 0, true",
        "rw-rw----, 12, true",
        "rw-rw----, 0, false",
        "rw-------, 0, false",
        "rw-r-----, 12, false",
        "rw-r--r--, 0, false"
    })
    void aDeviceIsUsedWhichTheEmulatorMayOpen(String permissions, int group, boolean may) throws Exception {
        var device = Files.createFile(directory.resolve("kvm"));
        Files.setPosixFilePermissions(device, PosixFilePermissions.fromString(permissions));
        if (group == SOME_GROUP) {
            Files.setAttribute(device, "unix:gid", group);
        }

        assertThat(QemuCommand.mayUse(device)).isEqualTo(may);
    }

    @Test
    void aDeviceThatIsNotThereIsNot() {
        assertThat(QemuCommand.mayUse(directory.resolve("none"))).isFalse();
    }
}
