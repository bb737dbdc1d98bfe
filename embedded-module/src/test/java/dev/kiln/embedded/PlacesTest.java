package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where servers are asked to live and to listen, and that a refusal names the place. */
class PlacesTest {

    @Test
    void aDirectoryThatIsNoneOrCannotBeMadeIsNamed(@TempDir Path directory) throws IOException {
        var file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> DirectoryLock.take(file))
                .hasMessage(file + " is not a directory; choose another place");
        var below = file.resolve("data");
        assertThatThrownBy(() -> DirectoryLock.take(below))
                .hasMessageContaining("directory " + below + " cannot be made")
                .hasMessageEndingWith("choose another place");
        try (var taken = DirectoryLock.take(directory.resolve("a/b"))) {
            assertThat(taken).isNotNull();
            assertThat(directory.resolve("a/b")).isDirectory();
        }
    }

    @Test
    void theCacheIsOpenToTheServersAccountWhateverTheUmaskWas(@TempDir Path cache) throws IOException {
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwx------"));
        PostgresBinaries.open(cache);
        assertThat(Files.getPosixFilePermissions(cache)).isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void aHostThatIsNotThisMachineIsNamed() throws IOException {
        assertThatThrownBy(() -> FreePort.check("nohost.invalid", 0))
                .hasMessage("the host name nohost.invalid cannot be resolved; choose an address of this machine");
        // Of TEST-NET-1, which is nobody's.
        assertThatThrownBy(() -> FreePort.check("192.0.2.1", 1))
                .hasMessageContaining("port 1 of 192.0.2.1")
                .hasMessageContaining("another machine");
        assertThat(FreePort.check("127.0.0.1", 0)).isPositive();
    }
}
