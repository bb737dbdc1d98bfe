package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.kiln.execution.Ability;
import dev.kiln.image.Architecture;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.packages.InstalledPackage;
import dev.kiln.template.Sysprep;
import dev.kiln.worker.disk.DiskNeedsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Builds on disks of virtual machines by a worker that is root. */
@Timeout(120)
class DiskBuildTest {

    static final long SIZE = 256L << 20;

    static final String CONTENT = """
            RUN echo built > /etc/built; chown 1000:2000 /etc/built; chmod 4751 /etc/built; ln /etc/built '/etc/<2>'
            RUN rm -r /usr/share/old && mkdir /usr/share/old && echo new > '/usr/share/old/a "new" one'
            RUN rm /etc/gone; ln -s /etc/nowhere /etc/link; busybox mkfifo /home/p
            RUN mkdir -p /home/d '/home/-p/<5>'; chmod 700 /home/d
            RUN for i in $(seq 1500); do echo $i > /home/d/a-long-name-for-a-file-$i; done
            RUN cat /boot/kernel; if touch /boot/x || touch /boot/kernel; then exit 9; fi; echo > /run/x; echo > /tmp/x
            RUN printf '\\nPackage: later\\nVersion: 2\\n' >> /var/lib/dpkg/status
            RUN dd if=/dev/zero of=/home/sparse bs=1 count=1 seek=30000000; mv /bin/seq /bin/moved
            """;

    private static final String AFTERWARDS = """
            RUN [ "$(stat -c '%a %u %g %h' /etc/built)" = '4751 1000 2000 2' ] && [ $(cat '/etc/<2>') = built ]
            RUN [ "$(ls /usr/share/old)" = 'a "new" one' ] && [ ! -e /etc/gone ] && [ -p /home/p ]
            RUN [ "$(busybox readlink /etc/link)" = /etc/nowhere ] && [ -z "$(ls /tmp)" ] && [ ! -e /bin/seq ]
            RUN [ $(stat -c %a /home/d) = 700 ] && [ $(ls /home/d | busybox wc -l) = 1500 ] && [ -d '/home/-p/<5>' ]
            RUN [ $(cat /home/d/a-long-name-for-a-file-777) = 777 ] && [ $(stat -c %s /home/sparse) = 30000001 ]
            RUN cat /boot/kernel
            """;

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    @Test
    void equalBuildsOnADiskGiveEqualDisksWhateverItsFormat() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        var rpm = Files.createDirectory(disk.tree().resolve("var/lib/rpm"));
        Files.copy(RpmDatabase.make(directory.resolve("rpm")), rpm.resolve(RpmDatabase.NAME));
        var raw = disk.raw();
        var base = Digest.of(raw);
        var first = build(SystemDisk.image(raw), "one");
        var second = build(SystemDisk.image(SystemDisk.converted(raw, "qcow2")), "two");

        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(first.metadata().architecture()).isEqualTo("x86_64");
        assertThat(first.packages().orElseThrow().packages())
                .extracting(InstalledPackage::system, InstalledPackage::name, InstalledPackage::version)
                .containsExactly(
                        tuple("dpkg", "first", "1"),
                        tuple("dpkg", "later", "2"),
                        tuple("rpm", "library", "2:5-3"),
                        tuple("rpm", "tool", "2:1.4-3"));
        assertThat(first.form()).isEqualTo(new ImageForm(ImageForm.Kind.QCOW2, SIZE));
        assertThat(Digest.of(raw)).isEqualTo(base);
        assertThat(output.text()).contains("a kernel");

        engine("after").build(request(SystemDisk.image(first.file()), AFTERWARDS), StepJournal.NONE, output);
        isSound(SystemDisk.converted(first.file(), "raw"), SIZE);
    }

    @Test
    void aRawDiskIsNoLargerThanItHasToBe() throws Exception {
        var base = SystemDisk.image(new SystemDisk(directory.resolve("disk")).raw());
        var raw = engine("one").build(request(base, CONTENT, ImageForm.Kind.RAW), StepJournal.NONE, output);

        assertThat(raw.form()).isEqualTo(new ImageForm(ImageForm.Kind.RAW, raw.bytes()));
        assertThat(raw.bytes()).isBetween(112L << 20, 160L << 20);
        isSound(raw.file(), raw.bytes());
        engine("after").build(request(SystemDisk.image(raw.file()), AFTERWARDS), StepJournal.NONE, output);
        assertThatThrownBy(() ->
                        engine("one").build(request(base, CONTENT, ImageForm.Kind.ARCHIVE), StepJournal.NONE, output))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("of which only disks are made");
    }

    /** Of a file with many names the tool that writes to the disk enlarges a directory for the first alone. */
    @Test
    void hardLinksFillNoDirectory() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        var old = Files.createDirectory(disk.tree().resolve("home/old"));
        for (int index = 0; index < 300; index++) {
            Files.createFile(old.resolve("a-file-that-was-here-before-" + index));
        }
        var content = """
                RUN mkdir /home/new && echo x > /home/new/first
                RUN for i in $(seq 300); do ln /home/new/first /home/new/a-name-of-some-length-$i; done
                RUN for i in $(seq 300); do ln /home/new/first /home/old/a-name-of-some-length-$i; done
                """;
        var raw = SystemDisk.image(disk.indexed());
        var first = engine("one").build(request(raw, content), StepJournal.NONE, output);
        var second = engine("two").build(request(raw, content), StepJournal.NONE, output);

        assertThat(second.digest()).isEqualTo(first.digest());
        var check = "RUN [ $(stat -c %h /home/new/first) = 601 ] && [ $(ls /home/new | busybox wc -l) = 301 ]"
                + "\nRUN [ $(ls /home/old | busybox wc -l) = 600 ] && [ $(cat /home/old/a-name-of-some-length-9) = x ]";
        engine("after").build(request(SystemDisk.image(first.file()), check), StepJournal.NONE, output);
        isSound(SystemDisk.converted(first.file(), "raw"), SIZE);
    }

    /** Their space is not free, though no partition is there yet. */
    @Test
    void theRootDoesNotGrowOverAnExtendedPartitionThatIsEmpty() throws Exception {
        var raw = new SystemDisk(directory.resolve("disk")).rawWithEmptyExtendedPartition();
        var built = engine("one").build(request(SystemDisk.image(raw), "RUN echo 1 > /x"), StepJournal.NONE, output);

        assertThat(output.steps()).anyMatch(step -> step.contains("the root partition stays as large as it is"));
        var made = SystemDisk.image(built.file());
        engine("two").build(request(made, "RUN cat /x && [ $(cat /x) = 1 ]"), StepJournal.NONE, output);
        var disk = SystemDisk.converted(built.file(), "raw");
        assertThat(SystemDisk.run("sfdisk", "--dump", disk.toString())).contains("size=       65536, type=83");
        assertThat(Files.size(disk)).isEqualTo(SIZE);
    }

    /** Here /boot is shown empty, as an XFS would be: in it nothing can be mounted. */
    @Test
    void mountPointsBelowOthersDoNotKeepCommandsFromRunning() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        var fstab = "UUID=1234-5678 /boot/efi vfat umask=0022 0 1\n"
                + Files.readString(disk.tree().resolve("etc/fstab"));
        var raw = disk.file("etc/fstab", fstab).rawWithAttributes();
        var boot = raw + "?offset=" + (1 << 20);
        SystemDisk.run("debugfs", "-w", "-R", "mkdir efi", boot);
        var both = "RUN cat /boot/kernel && [ $(stat -c %d /boot/efi) != $(stat -c %d /boot) ]";
        engine("one").build(request(SystemDisk.image(raw), both), StepJournal.NONE, output);

        SystemDisk.run("tune2fs", "-O", "encrypt", boot);
        var empty = "RUN [ -z \"$(ls -A /boot)\" ]; if touch /boot/x; then exit 9; fi;"
                + " [ $(stat -c %d /efi) != $(stat -c %d /) ]";
        engine("one").build(request(SystemDisk.image(raw), empty), StepJournal.NONE, output);
    }

    /** A machine makes it in its /boot, which it may write to. */
    @Test
    void aMountPointThatIsMissingInAReadOnlyFileSystemDoesNotKeepCommandsFromRunning() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        var fstab = Files.readString(disk.tree().resolve("etc/fstab"));
        disk.file("etc/fstab", fstab + "UUID=1234-5678 /boot/efi vfat umask=0022 0 1\n");
        var command = "RUN cat /boot/kernel && [ ! -e /boot/efi ] && [ $(stat -c %d /efi) != $(stat -c %d /) ]";

        engine("one").build(request(SystemDisk.image(disk.rawWithAttributes()), command), StepJournal.NONE, output);
    }

    @Test
    void aBuildThatWasInterruptedGoesOnAfterItsLastStepAndEqualStepsAreTaken() throws Exception {
        var base = SystemDisk.image(new SystemDisk(directory.resolve("disk")).raw());
        var content = "RUN cat /proc/sys/kernel/random/uuid | busybox tee /etc/id\nRUN echo later >> /etc/id";
        var journal = new RememberedSteps();
        var reuse = new BuildRequest.Reuse("owner", Duration.ofHours(1), SharedSteps.NONE);
        var whole = engine("one").build(request("first", base, content, reuse), journal, output);
        assertThat(output.text()).hasLineCount(1);

        // As on another machine: nothing but the journal is there.
        var resumed = new RecordedOutput();
        var after = engine("two").build(request("first", base, content, reuse), journal.until(1), resumed);
        assertThat(resumed.text()).isEmpty();
        assertThat(resumed.steps()).contains("phase 1 of 2 steps are kept from an earlier attempt", "finish 2/2");
        assertThat(after.digest()).isEqualTo(whole.digest());

        var again = new RecordedOutput();
        var taken = engine("one").build(request("second", base, content, reuse), new RememberedSteps(), again);
        assertThat(again.text()).isEmpty();
        assertThat(again.steps()).anyMatch(step -> step.startsWith("phase taken from the step cache"));
        assertThat(taken.digest()).isEqualTo(whole.digest());
    }

    /** Its table and file systems have no fault, and the root file system is as large as it can be. */
    private static void isSound(Path disk, long size) throws Exception {
        assertThat(SystemDisk.run("sfdisk", "--verify", disk.toString())).doesNotContainIgnoringCase("overlap");
        var start = 5 << 20;
        SystemDisk.run("e2fsck", "-fn", disk + "?offset=" + start);
        var blocks = SystemDisk.run("dumpe2fs", "-h", disk + "?offset=" + start)
                .replaceAll("(?s).*Block count: +([0-9]+).*", "$1");
        assertThat(Long.parseLong(blocks) * 1024).isBetween(size - (start + (2 << 20)), size - start);
    }

    @Test
    void whateverAHostileDiskHoldsHarmsNothingOutside() throws Exception {
        var outside = Files.createDirectory(directory.resolve("outside"));
        var disk = new SystemDisk(directory.resolve("disk"));
        for (var program : new String[] {"bin/mount", "bin/bwrap", "usr/mount", "bin/env"}) {
            disk.file(program, "#!/bin/sh\necho hit > " + outside + "/hit\n");
            Files.setAttribute(disk.tree().resolve(program), "unix:mode", 0755);
        }
        SystemDisk.run("mknod", disk.tree().resolve("zero").toString(), "c", "1", "5");
        var raw = disk.rawWithBootRecord();
        SystemDisk.run("tune2fs", "-e", "panic", raw + "?offset=" + (5 << 20));

        var request =
                request(SystemDisk.image(raw), "RUN chmod 600 /zero; if head -c 1 /zero; then exit 9; fi; echo ok");
        var built = engine("one").build(request, StepJournal.NONE, output);
        engine("after")
                .build(
                        request(SystemDisk.image(built.file()), "RUN [ \"$(stat -c '%a %t %T' /zero)\" = '600 1 5' ]"),
                        StepJournal.NONE,
                        output);

        assertThat(output.text()).contains("ok");
        assertThat(outside).isEmptyDirectory();
        isSound(SystemDisk.converted(built.file(), "raw"), SIZE);
    }

    @Test
    void programsForOtherProcessorsAreLeftToWorkersThatRunThem() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        var busybox = disk.tree().resolve("bin/busybox");
        var bytes = Files.readAllBytes(busybox);
        bytes[18] = (byte) 183;
        Files.write(busybox, bytes);
        var base = SystemDisk.image(disk.raw());

        assertThatThrownBy(() -> build(base, "one"))
                .isInstanceOfSatisfying(
                        DiskNeedsException.class,
                        unable -> assertThat(unable.besides(Set.of()))
                                .containsExactlyInAnyOrder(Ability.DISKS, Ability.ARM64));
        var said = new BuildRequest.BaseImage(
                base.digest(), base.archive(), base.form(), base.metadata().withArchitecture(Architecture.X86_64));
        assertThatThrownBy(() -> build(said, "one"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("are for arm64, and it was imported as x86_64");
    }

    @Test
    void whatBelongsToOneMachineIsTakenAway() throws Exception {
        var disk = new SystemDisk(directory.resolve("disk"));
        for (var path :
                "etc/ssh var/log var/log/journal var/lib/cloud var/lib/cloud/seed var/lib/systemd".split(" ", -1)) {
            Files.createDirectory(disk.tree().resolve(path));
        }
        for (var path : "etc/machine-id etc/ssh/ssh_host_rsa_key var/log/syslog var/log/syslog.1 var/lib/cloud/data"
                .split(" ", -1)) {
            disk.file(path, "of one machine");
        }
        disk.file("var/lib/cloud/seed/x", "stays").file("var/lib/systemd/random-seed", "stays");
        var removed = EnumSet.complementOf(EnumSet.of(Sysprep.RANDOM_SEED));
        var plain = request(SystemDisk.image(disk.raw()), "ENV A=\"b\"");
        var request = new BuildRequest(
                plain.name(),
                1,
                plain.base(),
                plain.commands(),
                plain.context(),
                false,
                SIZE,
                plain.buckets(),
                Optional.empty(),
                Optional.empty(),
                removed);

        var built = engine("one").build(request, StepJournal.NONE, output);

        var check = """
                RUN [ -f /etc/machine-id ] && [ ! -s /etc/machine-id ] && [ -z "$(ls /etc/ssh)" ]
                RUN [ -d /var/log/journal ] && [ ! -e /var/log/syslog.1 ] && [ ! -s /var/log/syslog ] && [ -f /var/log/syslog ]
                RUN [ "$(ls /var/lib/cloud)" = seed ] && [ -s /var/lib/systemd/random-seed ]
                """;
        engine("after").build(request(SystemDisk.image(built.file()), check), StepJournal.NONE, output);
    }

    @Test
    void linksToThisMachineLeadNowhere() throws Exception {
        var outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("fstab"), "secret");
        var linked = new SystemDisk(directory.resolve("linked"));
        SystemDisk.run("rm", "-r", linked.tree().resolve("etc").toString());
        Files.createSymbolicLink(linked.tree().resolve("etc"), outside);
        assertThatThrownBy(() -> build(SystemDisk.image(linked.raw()), "one"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("no partition of the disk holds a root file system");

        var boot = new SystemDisk(directory.resolve("boot"));
        Files.delete(boot.tree().resolve("boot"));
        Files.createSymbolicLink(boot.tree().resolve("boot"), outside);
        assertThatThrownBy(() -> build(SystemDisk.image(boot.raw()), "two"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("/boot of the image is a symbolic link");
        assertThat(output.text()).doesNotContain("secret");
    }

    @Test
    void qemuHasASecondLookThatSeesNothingOfThisMachine() throws Exception {
        var hostile = directory.resolve("hostile.qcow2").toString();
        SystemDisk.run(
                "qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "/etc/shadow", hostile, "64M");
        refuses(new ImageForm(ImageForm.Kind.QCOW2, 64 << 20), "the disk needs another file");
        SystemDisk.run("qemu-img", "create", "-q", "-f", "qcow2", hostile, "64M");
        refuses(new ImageForm(ImageForm.Kind.QCOW2, 32 << 20), "by its header");
        Files.writeString(Path.of(hostile), "QFI?");
        refuses(new ImageForm(ImageForm.Kind.QCOW2, 64 << 20), "QEMU does not open the disk");
        refuses(new ImageForm(ImageForm.Kind.QCOW2, 1L << 30), "make it as large as the base image");
    }

    private void refuses(ImageForm form, String why) {
        assertThatThrownBy(() -> build(SystemDisk.image(directory.resolve("hostile.qcow2"), form), "one"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aKilledWorkerLeavesNoMountAndNoLoopDevice() throws Exception {
        var place = directory.resolve("engine");
        HeldDisk.kill(EndlessDiskBuild.class, 98765, place, new SystemDisk(directory.resolve("disk")).raw());

        var engine = new SandboxBuildEngine(EngineSettings.in(place));
        engine.discard("exec-endless");
        assertThat(place.resolve("builds")).isEmptyDirectory();
    }

    private SandboxBuildEngine engine(String name) {
        return new SandboxBuildEngine(TestSettings.of(directory.resolve(name)).build());
    }

    private BuildEngine.BuiltImage build(BuildRequest.BaseImage base, String engine) throws Exception {
        return engine(engine).build(request(base, CONTENT), StepJournal.NONE, output);
    }

    private static BuildRequest request(BuildRequest.BaseImage base, String content) throws IOException {
        return new BuildRequest(
                "exec-disk", base, BuildEngineContract.commands(content), Optional.empty(), false, SIZE);
    }

    private static BuildRequest request(
            String name, BuildRequest.BaseImage base, String content, BuildRequest.Reuse reuse) {
        var commands = BuildEngineContract.commands(content);
        return new BuildRequest(
                "exec-" + name,
                1,
                base,
                commands,
                Optional.empty(),
                false,
                SIZE,
                BuildBuckets.NONE,
                Optional.of(reuse));
    }

    private static BuildRequest request(BuildRequest.BaseImage base, String content, ImageForm.Kind output) {
        var commands = BuildEngineContract.commands(content);
        return new BuildRequest(
                "exec-" + output,
                1,
                base,
                commands,
                Optional.empty(),
                false,
                SIZE,
                BuildBuckets.NONE,
                Optional.empty(),
                Optional.of(output),
                EnumSet.noneOf(Sysprep.class));
    }
}
