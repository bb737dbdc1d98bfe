package dev.kiln.worker.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KvmTest {

    private static final int SOME_GROUP = 12;
    private static final Duration TIME = Duration.ofMinutes(1);

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

        assertThat(Kvm.mayUse(device)).isEqualTo(may);
    }

    @Test
    void aDeviceThatIsNotThereIsNot() {
        assertThat(Kvm.mayUse(directory.resolve("none"))).isFalse();
    }

    @Test
    void anEmulatorThatStartsAndQuitsWorks() {
        assertThat(tried("read -r word && test \"$word\" = quit")).isEmpty();
    }

    @Test
    void oneThatDiesAtItsStartIsToldByItsFirstWords() {
        var emulator =
                "echo 'qemu: error: failed to set MSR 0x10a to 0x69' >&2; echo 'Assertion failed' >&2; kill -ABRT $$";

        assertThat(tried(emulator)).hasValue("qemu: error: failed to set MSR 0x10a to 0x69");
    }

    @Test
    void oneThatSaysNothingIsToldByItsStatus() {
        assertThat(tried("exit 3")).hasValue("the emulator ended with status 3");
    }

    @Test
    void oneThatHangsIsEnded() {
        assertThat(Kvm.failure(List.of("sleep", "600"), Duration.ofMillis(50)))
                .hasValue("the emulator has not started after 0 s");
    }

    @Test
    void oneThatIsMissingIsToldByName() {
        assertThat(Kvm.failure(List.of("no-such-emulator"), TIME).orElseThrow()).contains("no-such-emulator");
    }

    /** The try itself: without KVM, of which the machine of a test may have none. */
    @Test
    void theRealEmulatorQuitsWhenItIsTold() {
        assertThat(Kvm.failure(Kvm.trial("tcg", "max"), TIME)).isEmpty();
    }

    private static Optional<String> tried(String script) {
        return Kvm.failure(List.of("sh", "-c", script), TIME);
    }
}
