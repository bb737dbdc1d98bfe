package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.execution.Ability;
import dev.kiln.image.ImageForm;
import dev.kiln.worker.disk.DiskNeedsException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Builds on disks whose root file system is XFS, which the kernel of this machine has to have. */
@Timeout(120)
class XfsBuildTest {

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    @Test
    void xfsIsBuiltOnWhereTheOperatorAllowsIt() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        SystemDisk.run("mknod", disk.tree().resolve("etc/null").toString(), "c", "1", "3");
        var base = SystemDisk.image(disk.rawWithXfs());
        assertThatThrownBy(() -> engine("plain", false)
                        .build(request(base, DiskBuildTest.CONTENT, 512L << 20), StepJournal.NONE, output))
                .isInstanceOfSatisfying(
                        DiskNeedsException.class,
                        unable -> assertThat(unable.needs()).containsExactlyInAnyOrder(Ability.DISKS, Ability.XFS));

        var engine = engine("one", true);
        long large = 512L << 20;
        var changes = DiskBuildTest.CONTENT
                + "RUN chmod 600 /etc/null; mkdir /opt && chown 7:8 /opt && chmod 2750 /opt && ln /etc/built /opt/b && echo y > /etc/y && ln /etc/y /etc/z\n"
                + "RUN rm -r /usr/share/old; echo file > /usr/share/old; mkdir /etc/passwd.d; echo again >> /etc/built";
        // With a journal, so that there are several layers.
        var built = engine.build(request(base, changes, large), new RememberedSteps(), output);

        assertThat(output.text()).contains("a kernel");
        assertThat(built.form()).isEqualTo(new ImageForm(ImageForm.Kind.QCOW2, large));
        var check = """
                RUN [ "$(stat -c '%a %u %g' /etc/built)" = '4751 1000 2000' ] && [ "$(cat /etc/built)" = "$(echo built; echo again)" ]
                RUN [ "$(stat -c %h /etc/y)" = 2 ] && [ /etc/y -ef /etc/z ] && [ "$(head -n 1 '/etc/<2>')" = built ]
                RUN [ "$(stat -c '%a %u %g' /opt)" = '2750 7 8' ] && [ "$(head -n 1 /opt/b)" = built ] && [ -f /usr/share/old ]
                RUN [ "$(stat -c '%a %t %T' /etc/null)" = '600 1 3' ] && [ -p /home/p ] && [ ! -e /etc/gone ]
                RUN [ $(ls /home/d | busybox wc -l) = 1500 ] && [ -d '/home/-p/<5>' ] && [ ! -e /bin/seq ]
                RUN [ $(stat -c %s /home/sparse) = 30000001 ]
                """;
        var after = engine("after", true);
        after.build(request(SystemDisk.image(built.file()), check, large), StepJournal.NONE, output);
        var raw = SystemDisk.converted(built.file(), "raw");
        SystemDisk.run("sfdisk", "--verify", raw.toString());
        assertThat(xfsBytes(raw)).isBetween(large - (7 << 20), large);
        assertThat(HeldDisk.loops(directory)).isEmpty();

        var full = request(base, "RUN dd if=/dev/urandom of=/home/much bs=1M count=290 2> /dev/null", 312L << 20);
        assertThatThrownBy(() -> engine.build(full, StepJournal.NONE, output))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("root file system is full");
        assertThat(HeldDisk.loops(directory)).isEmpty();
    }

    @Test
    void xfsThatWasNotUnmountedIsRefused() throws Exception {
        var base = SystemDisk.image(new SystemDisk(directory.resolve("disk")).rawWithXfsInUse());
        var engine = engine("one", true);
        assertThatThrownBy(
                        () -> engine.build(request(base, DiskBuildTest.CONTENT, 512L << 20), StepJournal.NONE, output))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("was not unmounted");
    }

    @Test
    void aWorkerThatIsKilledWhileItWritesLeavesNeitherMountNorLoopDevice() throws Exception {
        var place = Files.createDirectory(directory.resolve("engine"));
        var disk = new SystemDisk(directory.resolve("disk")).rawWithXfs();
        HeldDisk.kill(EndlessDiskWrite.class, 98766, place, Files.move(disk, place.resolve("disk")));
    }

    private SandboxBuildEngine engine(String name, boolean xfs) {
        var settings = TestSettings.of(directory.resolve(name));
        return new SandboxBuildEngine((xfs ? settings.xfs() : settings).build());
    }

    /** Size of the file system in the second partition, by its superblock. */
    private static long xfsBytes(Path disk) throws Exception {
        try (var file = new RandomAccessFile(disk.toFile(), "r")) {
            file.seek((5 << 20) + 4);
            return file.readInt() * file.readLong();
        }
    }

    private static BuildRequest request(BuildRequest.BaseImage base, String content, long bytes) {
        return new BuildRequest(
                "exec-disk", base, BuildEngineContract.commands(content), Optional.empty(), false, bytes);
    }
}
