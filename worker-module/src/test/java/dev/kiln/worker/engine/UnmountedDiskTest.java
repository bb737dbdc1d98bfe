package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Builds on disks by a worker that may not mount, beside those of one that is root. */
@Timeout(150)
class UnmountedDiskTest {

    private static final String CONTENT = DiskBuildTest.CONTENT.replace("1500", "30") + """
            RUN busybox find /boot /etc -type f -exec stat -c '%n %a %u %g %h %s' {} + | busybox sort
            RUN echo "loader: $(cat /efi/EFI/loader)"; if touch /efi/x; then exit 9; fi
            RUN chmod 700 /etc/capable; touch /etc/noted; mv /usr/share /usr/moved
            """;

    @TempDir
    private Path directory;

    private OpenDevice fuse;

    @BeforeEach
    void openFuse() throws IOException {
        fuse = new OpenDevice("/dev/fuse");
    }

    @AfterEach
    void giveFuseBack() throws IOException {
        fuse.close();
    }

    @Test
    void anOrdinaryUserMakesTheSameDiskAndWhatReadsItsFileSystemsMayHangOrDie() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        // What has no directory in an ext that is read-only, or in a FAT, is left out.
        var missing = "UUID=1234-5678 /boot/efi vfat defaults 0 1\nLABEL=BOOT /efi/boot ext4 defaults 0 1\n";
        var raw = disk.file("etc/fstab", Files.readString(disk.tree().resolve("etc/fstab")) + missing)
                .rawWithAttributes();
        var output = new RecordedOutput();
        var built = builtByRoot(raw, output);

        var said = saidByAnOrdinaryUserUntilKilled(raw);
        assertThat(said)
                .contains("loader: a loader\n")
                .contains(output.text()
                        .lines()
                        .filter(line -> !line.contains("loader"))
                        .toList())
                .contains("digest: " + built.digest() + " x86_64\n")
                .containsPattern("able: \\[.*DISKS")
                .containsPattern("foreign: BaseImage.Refused .* worker that is root builds on it: id 70000:0")
                .containsPattern("hung: BaseImage.Refused a file .* more time than kiln.engine.command-time.* 0\n")
                .containsPattern("died: BaseImage.* 0\n")
                .contains("cancelled: java.lang.InterruptedException within a second: true 0\n");
        await().atMost(Duration.ofSeconds(5)).until(() -> FuseServers.count() == 0);
    }

    private BuildEngine.BuiltImage builtByRoot(Path raw, BuildOutput output) throws Exception {
        var engine = new SandboxBuildEngine(
                TestSettings.of(directory.resolve("root")).build());
        var commands = BuildEngineContract.commands(CONTENT);
        var request = new BuildRequest(
                "exec-disk", SystemDisk.image(raw), commands, Optional.empty(), false, DiskBuildTest.SIZE);
        return engine.build(request, StepJournal.NONE, output);
    }

    private String saidByAnOrdinaryUserUntilKilled(Path raw) throws Exception {
        var work = OrdinaryUser.directory(directory);
        var disk = OrdinaryUser.given(raw, work);
        var content = OrdinaryUser.given(Files.writeString(directory.resolve("content"), CONTENT), work);
        var foreign = OrdinaryUser.given(Files.copy(raw, directory.resolve("foreign")), work);
        SystemDisk.run("debugfs", "-w", "-R", "sif /etc/gone uid 70000", foreign + "?offset=" + (5 << 20));
        var said = directory.resolve("said");
        var worker = OrdinaryUser.start(UnmountedBuilds.class, said, work.toString(), disk, content, foreign);
        try {
            await().atMost(Duration.ofSeconds(100)).until(() -> {
                var text = Files.readString(said);
                assertThat(worker.isAlive()).as(text).isTrue();
                return text.endsWith("waiting\n");
            });
            assertThat(FuseServers.count()).isPositive();
        } finally {
            worker.destroyForcibly();
        }
        return Files.readString(said);
    }
}
