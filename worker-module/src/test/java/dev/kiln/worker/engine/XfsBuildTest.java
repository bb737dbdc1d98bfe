package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.execution.Ability;
import dev.kiln.image.ImageForm;
import dev.kiln.worker.disk.DiskNeedsException;
import dev.kiln.worker.disk.KernelFileSystem;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Builds on disks whose root file system is XFS, which the kernel of this machine has to have. */
@Timeout(120)
class XfsBuildTest {

    private static final long LARGE = 512L << 20;

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    private ChangedDisk disk;

    @BeforeEach
    void begin() {
        disk = new ChangedDisk(directory, output);
    }

    @Test
    void xfsIsBuiltOnWhereTheOperatorAllowsIt() throws Exception {
        var base = SystemDisk.packed(disk.system().rawWithXfs());
        var unable = disk.engine("plain", KernelFileSystem.BTRFS);
        assertThatThrownBy(() -> disk.build(unable, base, ChangedDisk.CHANGES, LARGE))
                .isInstanceOfSatisfying(
                        DiskNeedsException.class,
                        needs -> assertThat(needs.besides(Set.of()))
                                .containsExactlyInAnyOrder(Ability.DISKS, Ability.XFS));

        var engine = disk.engine("one", KernelFileSystem.XFS);
        var built = disk.build(engine, base, ChangedDisk.CHANGES, LARGE);

        assertThat(output.text()).contains("a kernel");
        assertThat(built.form()).isEqualTo(new ImageForm(ImageForm.Kind.QCOW2, LARGE));
        disk.proveChanges(disk.engine("after", KernelFileSystem.XFS), built);
        var raw = SystemDisk.converted(built.file(), "raw");
        SystemDisk.run("sfdisk", "--verify", raw.toString());
        assertThat(xfsBytes(raw)).isBetween(LARGE - (7 << 20), LARGE);
        assertThat(HeldDisk.loops(directory)).isEmpty();

        var much = "RUN dd if=/dev/urandom of=/home/much bs=1M count=70 2> /dev/null";
        assertThatThrownBy(() -> disk.build(engine, base, much, 312L << 20))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("root file system is full");
        assertThat(HeldDisk.loops(directory)).isEmpty();
    }

    @Test
    void xfsThatWasNotUnmountedIsRefused() throws Exception {
        var base = SystemDisk.packed(disk.system().rawWithXfsInUse());
        var engine = disk.engine("one", KernelFileSystem.XFS);
        assertThatThrownBy(() -> disk.build(engine, base, ChangedDisk.CHANGES, LARGE))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("was not unmounted");
    }

    @Test
    void aWorkerThatIsKilledWhileItWritesLeavesNeitherMountNorLoopDevice() throws Exception {
        var place = Files.createDirectory(directory.resolve("engine"));
        var raw = Files.move(disk.system().rawWithXfs(), place.resolve("disk"));
        HeldDisk.kill(EndlessDiskWrite.class, 98769, place, raw, "xfs", "98769");
    }

    /** Size of the file system in the second partition, by its superblock. */
    private static long xfsBytes(Path disk) throws Exception {
        try (var file = new RandomAccessFile(disk.toFile(), "r")) {
            file.seek((5 << 20) + 4);
            return file.readInt() * file.readLong();
        }
    }
}
