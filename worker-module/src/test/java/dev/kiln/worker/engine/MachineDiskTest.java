package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.execution.Ability;
import dev.kiln.image.Digest;
import dev.kiln.worker.disk.DiskNeedsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Throw-away copies of disks, most with a root file system that only the kernel writes; what boots is another's
 * concern.
 */
@Timeout(60)
class MachineDiskTest {

    @TempDir
    private Path directory;

    @Test
    void theShellOfATestComesIntoTheCopyOfABtrfsAndNotIntoTheImage() throws Exception {
        var system = system("../lib/systemd/systemd");
        system.file("etc/fstab", "LABEL=ROOT / btrfs subvol=@ 0 0\n");
        var image = SystemDisk.packed(system.rawWithBtrfs("btrfs -q subvolume create $at/@ && cp -a $tree/. $at/@"));
        var before = image.digest();

        var copy = prepared(image, Set.of(Ability.DISKS, Ability.BTRFS));

        var units = "etc/systemd/system/";
        assertThat(in(copy, "btrfs", ",subvolid=5", "find . -path '*kiln*' | sort"))
                .isEqualTo("./@/.kiln\n./@/.kiln/busybox\n./@/.kiln/guest.sh\n./@/.kiln/script\n./@/" + units
                        + "kiln-test.service\n./@/" + units + "sysinit.target.d/kiln-test.conf\n");
        assertThat(in(copy, "btrfs", ",subvol=@", "tar --create --xattrs --xattrs-include='*' .kiln | strings"))
                .contains("security.selinux=system_u:object_r:bin_t:s0");
        assertThat(Digest.of(directory.resolve("disk/disk.qcow2"))).isEqualTo(before);
        assertThatThrownBy(() -> prepared(image, Set.of(Ability.DISKS, Ability.XFS)))
                .isInstanceOfSatisfying(
                        DiskNeedsException.class,
                        needs -> assertThat(needs.besides(Set.of()))
                                .containsExactlyInAnyOrder(Ability.DISKS, Ability.BTRFS));
    }

    @Test
    void anInitWithATableOfItsOwnStartsItFromThereOnXfsToo() throws Exception {
        var system = system("../bin/busybox").file("etc/inittab", "::sysinit:/bin/true");
        var copy = prepared(SystemDisk.packed(system.rawWithXfs()), EnumSet.allOf(Ability.class));

        assertThat(in(copy, "xfs", ",nouuid", "cat etc/inittab; stat -c '%a %s' .kiln/busybox; ls .kiln"))
                .isEqualTo("::sysinit:/bin/true\n::once:/.kiln/busybox sh /.kiln/guest.sh\n755 "
                        + Files.size(SandboxCheck.busybox()) + "\nbusybox\nguest.sh\nscript\n");
    }

    @Test
    void aTableWhoseLastLineHasNoEndKeepsIt() throws Exception {
        var system = system("../bin/busybox").file("etc/inittab", "::sysinit:/bin/true");
        var copy = prepared(SystemDisk.packed(system.raw()), Set.of());

        assertThat(SystemDisk.run("debugfs", "-R", "cat /etc/inittab", copy + "?offset=" + (5 << 20)))
                .endsWith("\n::sysinit:/bin/true\n::once:/.kiln/busybox sh /.kiln/guest.sh\n");
        assertThat(shellIn(copy, 5)).contains("guest.sh\n");
    }

    @Test
    void whatNoMachineStartsIsTold() throws Exception {
        var image = SystemDisk.packed(system("none").rawWithBtrfs("cp -a $tree/. $at && rm $at/sbin/init"));
        assertThatThrownBy(() -> prepared(image, EnumSet.allOf(Ability.class)))
                .isInstanceOfSatisfying(
                        BuildFailedException.class, e -> assertThat(e.code()).isEqualTo("Machine.BootFailed"))
                .hasMessageContaining("the root file system has no /sbin/init");
    }

    @Test
    void ofTwoSystemsTheShellComesIntoTheOneThatTheBuildWasOn() throws Exception {
        var system = system("../lib/systemd/systemd");
        Files.createDirectories(system.tree().resolve("etc/systemd/system"));
        var raw = twoSystems(system);
        var one = prepared(SystemDisk.packed(raw), Set.of());
        assertThat(shellIn(one, 1)).isEmpty();
        // The root may still be read-only when the shell starts: it cannot make directories then.
        assertThat(shellIn(one, 5)).contains("guest.sh\n").contains("script\n");

        SystemDisk.run("debugfs", "-w", "-R", "rm /etc/fstab", raw + "?offset=" + (5 << 20));
        assertThatThrownBy(() -> prepared(SystemDisk.packed(raw), Set.of()))
                .isInstanceOfSatisfying(
                        BuildFailedException.class, e -> assertThat(e.code()).isEqualTo("Machine.BootFailed"))
                .hasMessageContaining("more than one partition holds a root file system")
                .hasMessageContaining("partition 1, partition 2");

        SystemDisk.run("sfdisk", "--part-type", raw.toString(), "2", "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709");
        assertThat(shellIn(prepared(SystemDisk.packed(raw), Set.of()), 5)).contains("guest.sh\n");
    }

    @Test
    void systemdFindsTheShellWhereItHadNoUnitsOfItsOwn() throws Exception {
        var copy = prepared(SystemDisk.packed(system("../lib/systemd/systemd").raw()), Set.of());

        var root = copy + "?offset=" + (5 << 20);
        var units = "/etc/systemd/system/";
        assertThat(SystemDisk.run("debugfs", "-R", "cat " + units + "kiln-test.service", root))
                .contains("ExecStart=/.kiln/busybox sh /.kiln/guest.sh");
        assertThat(SystemDisk.run("debugfs", "-R", "cat " + units + "sysinit.target.d/kiln-test.conf", root))
                .contains("Wants=kiln-test.service");
        assertThat(SystemDisk.run("debugfs", "-R", "stat " + units, root)).contains("Mode:  0755");
        assertThat(shellIn(copy, 5)).doesNotContain("kiln-test.service");
    }

    @ParameterizedTest
    @ValueSource(strings = {"etc/systemd", "etc/inittab"})
    void whatKeepsTheShellFromStartingIsTold(String path) throws Exception {
        var system = system(path.equals("etc/systemd") ? "../lib/systemd/systemd" : "../bin/busybox");
        if (path.equals("etc/systemd")) {
            Files.createSymbolicLink(system.tree().resolve(path), Path.of("/nowhere"));
        } else {
            Files.createDirectory(system.tree().resolve(path));
        }
        var image = SystemDisk.packed(system.raw());

        assertThatThrownBy(() -> prepared(image, Set.of()))
                .isInstanceOfSatisfying(
                        BuildFailedException.class, e -> assertThat(e.code()).isEqualTo("Machine.BootFailed"))
                .hasMessageContaining("/" + path)
                .hasMessageContaining("does not take the start of the test's shell");
    }

    /** The disk of that system, whose first partition holds another one, such as for rescues. */
    private Path twoSystems(SystemDisk system) throws Exception {
        var raw = system.raw();
        var script = Files.writeString(
                directory.resolve("script"),
                "mkdir etc\nmkdir usr\nmkdir sbin\ncd sbin\nsymlink init ../lib/systemd/systemd\n");
        SystemDisk.run("debugfs", "-w", "-f", script.toString(), raw + "?offset=" + (1 << 20));
        SystemDisk.run("sfdisk", "--part-attrs", raw.toString(), "1", "LegacyBIOSBootable");
        return raw;
    }

    /** What is beside the shell of a test in an ext file system that begins there. */
    private static String shellIn(Path disk, int mebibytes) throws Exception {
        var listed = SystemDisk.run("debugfs", "-R", "ls -p /.kiln", disk + "?offset=" + (mebibytes << 20));
        return listed.lines()
                .filter(line -> line.matches("/[0-9]+/.*"))
                .map(line -> line.split("/", -1)[5] + "\n")
                .collect(Collectors.joining());
    }

    private SystemDisk system(String init) throws Exception {
        var system = new SystemDisk(directory.resolve("disk"));
        Files.createSymbolicLink(
                Files.createDirectory(system.tree().resolve("sbin")).resolve("init"), Path.of(init));
        return system;
    }

    private Path prepared(BuildRequest.BaseImage image, Set<Ability> able) throws Exception {
        var place = Files.createTempDirectory(directory, "test");
        var settings = TestSettings.of(place).build();
        var group = new ControlGroup("test-" + place.getFileName(), settings);
        var scratch = new Scratch(place, false, 1L << 30, group);
        Files.createDirectory(place.resolve("machine"));
        var request = new BuildRequest("exec-test", image, List.of(), Optional.empty(), false, 1L << 30);
        var commands = new SandboxCommands(settings, false, SandboxCheck.busybox());
        try {
            var disk = new MachineDisk(commands, request, scratch, new Limits(settings, scratch), able);
            disk.fetch();
            disk.prepare();
            assertThat(HeldDisk.loops(directory)).isEmpty();
            return place.resolve("machine/disk");
        } finally {
            group.remove();
        }
    }

    /** What a script prints in the root file system. */
    private String in(Path disk, String type, String options, String script) throws Exception {
        var at = Files.createDirectories(directory.resolve("at"));
        var mount = "mount -t " + type + " -o ro,loop,offset=5242880,sizelimit=" + (Files.size(disk) - (8 << 20))
                + options + " " + disk + " " + at + " && cd " + at + " && " + script;
        return SystemDisk.run("unshare", "--mount", "--propagation", "private", "sh", "-c", mount);
    }
}
