package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.execution.Ability;
import dev.kiln.worker.disk.DiskNeedsException;
import dev.kiln.worker.disk.KernelFileSystem;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Builds on disks whose root file system is Btrfs, which the kernel of this machine has to have. */
@Timeout(120)
class BtrfsBuildTest {

    private static final long SIZE = 512L << 20;
    private static final int SUPERBLOCK = (5 << 20) + (64 << 10);

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    private ChangedDisk disk;

    @BeforeEach
    void begin() {
        disk = new ChangedDisk(directory, output);
    }

    @Test
    void twoAtATimeBuildOnOneBtrfsWhereTheOperatorAllowsIt() throws Exception {
        var raw = disk.system().rawWithBtrfs();
        var base = SystemDisk.packed(raw);
        var unable = disk.engine("plain", KernelFileSystem.XFS);
        assertThatThrownBy(() -> disk.build(unable, base, ChangedDisk.CHANGES, SIZE))
                .isInstanceOfSatisfying(
                        DiskNeedsException.class,
                        needs -> assertThat(needs.besides(Set.of()))
                                .containsExactlyInAnyOrder(Ability.DISKS, Ability.BTRFS));

        // Each has a copy of its own, and the other's is mounted meanwhile.
        var other = CompletableFuture.supplyAsync(() -> built("two", base, "RUN echo 2 > /etc/2\nRUN cat /etc/2"));
        var built = built("one", base, ChangedDisk.CHANGES);
        var second = other.get(1, TimeUnit.MINUTES);

        assertThat(output.text()).contains("a kernel");
        disk.proveChanges(disk.engine("after", KernelFileSystem.BTRFS), built);
        assertThat(second.form()).isEqualTo(built.form());
        var result = SystemDisk.converted(built.file(), "raw");
        SystemDisk.run("sfdisk", "--verify", result.toString());
        assertThat(superblock(result).getLong(112)).isBetween(SIZE - (7 << 20), SIZE);
        assertThat(superblock(result).slice(32, 16)).isEqualTo(superblock(raw).slice(32, 16));
        assertThat(HeldDisk.loops(directory)).isEmpty();
    }

    private BuildEngine.BuiltImage built(String engine, BuildRequest.BaseImage base, String content) {
        try {
            return disk.build(disk.engine(engine, KernelFileSystem.BTRFS), base, content, SIZE);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theRootIsTheSubvolumeThatItsFstabNamesWithThoseThatAMachineMountsInIt() throws Exception {
        var system = disk.system();
        Files.createDirectory(system.tree().resolve("srv"));
        system.file("var/hidden", "below a mount").file("etc/fstab", """
                LABEL=ROOT / btrfs compress=zstd:1,subvol=/@ 0 0
                LABEL=ROOT /home btrfs subvol=@home 0 0
                LABEL=ROOT /srv btrfs subvol=data/srv 0 0
                LABEL=ROOT /var btrfs subvol=@var 0 0
                """);
        var raw = system.rawWithBtrfs("""
                mkdir $at/data && for name in @ @home @var data/srv; do btrfs -q subvolume create $at/$name; done
                cp -a $tree/. $at/@ && echo > $at/@var/seen && chown 1:2 $at/@/home && chmod 750 $at/@/home
                btrfs -q subvolume snapshot $at/@ $at/before && echo > $at/before/etc/before
                """);
        var content = """
                RUN [ ! -e /etc/before ] && [ -e /var/seen ] && if echo > /var/new; then exit 9; fi
                RUN echo new > /home/new; echo new > /srv/new; echo new > /etc/new; if mv /home /moved; then exit 9; fi
                """;
        var built = disk.build(disk.engine("one", KernelFileSystem.BTRFS), SystemDisk.packed(raw), content, SIZE);

        var result = SystemDisk.converted(built.file(), "raw");
        var at = Files.createDirectory(directory.resolve("at"));
        var look = "mount -o ro,loop,offset=5242880,subvolid=5 " + result + " " + at + " && cd " + at
                + " && stat -c '%i %a:%u:%g %n' @ @/home @home @/srv data/srv @var && cat @home/new data/srv/new @/etc/new"
                + " && ls -A @/home @/srv before/home";
        assertThat(SystemDisk.run("unshare", "--mount", "--propagation", "private", "sh", "-c", look))
                .matches("""
                        256 755:0:0 @
                        (?!256 )[0-9]+ 750:1:2 @/home
                        256 755:0:0 @home
                        (?!256 )[0-9]+ 755:0:0 @/srv
                        256 755:0:0 data/srv
                        256 755:0:0 @var
                        new
                        new
                        new
                        @/home:

                        @/srv:

                        before/home:
                        """);
    }

    @Test
    void theRootIsTheDefaultSubvolumeWhereItHoldsASystem() throws Exception {
        var raw = disk.system().rawWithBtrfs("""
                btrfs -q subvolume create $at/snapshots && btrfs -q subvolume create $at/snapshots/1
                cp -a $tree/. $at/snapshots/1 && cp -a $tree/. $at && echo > $at/etc/before
                btrfs -q subvolume set-default $at/snapshots/1
                """);
        var engine = disk.engine("one", KernelFileSystem.BTRFS);
        disk.build(engine, SystemDisk.packed(raw), "RUN [ ! -e /etc/before ]", SIZE);

        var frozen = new SystemDisk(directory.resolve("frozen")).rawWithBtrfs("""
                btrfs -q subvolume create $at/1 && cp -a $tree/. $at/1 && btrfs property set -ts $at/1 ro true
                """);
        assertThatThrownBy(() -> disk.build(engine, SystemDisk.packed(frozen), "RUN true", SIZE))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("is a read-only snapshot, subvolume /1");
    }

    @Test
    void whatIsDamagedOrOnSeveralDevicesIsRefused() throws Exception {
        var raw = disk.system().rawWithBtrfs();
        try (var file = new RandomAccessFile(raw.toFile(), "rw")) {
            file.seek(SUPERBLOCK + 2000);
            file.write(1);
        }
        var engine = disk.engine("one", KernelFileSystem.BTRFS);
        assertThatThrownBy(() -> disk.build(engine, SystemDisk.packed(raw), "RUN true", SIZE))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("the btrfs at byte 5242880 of the disk is damaged");

        var one = new SystemDisk(directory.resolve("several")).rawWithOneOfTwoBtrfs();
        assertThatThrownBy(() -> disk.build(engine, SystemDisk.packed(one), "RUN true", SIZE))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("partition 2 is one of 2 devices of a Btrfs");
    }

    @Test
    void aWorkerThatIsKilledWhileItWritesLeavesNeitherMountNorLoopDevice() throws Exception {
        var place = Files.createDirectory(directory.resolve("engine"));
        var raw = Files.move(disk.system().rawWithBtrfs(), place.resolve("disk"));
        HeldDisk.kill(EndlessDiskWrite.class, 98770, place, raw, "btrfs", "98770");
    }

    private static ByteBuffer superblock(Path disk) throws Exception {
        var bytes = new byte[4096];
        try (var file = new RandomAccessFile(disk.toFile(), "r")) {
            file.seek(SUPERBLOCK);
            file.readFully(bytes);
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
