package dev.kiln.worker.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.packages.InstalledPackage;
import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import dev.kiln.template.Sysprep;
import dev.kiln.worker.machine.MachineSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Disks made of a tiny root file system, and tested in the machine that they boot. */
class BootedDiskTest {

    static final MachineSettings MACHINES = new MachineSettings(
            true, Duration.ofMinutes(2), DataSize.ofMegabytes(256), 1, MachineSettings.Acceleration.AUTOMATIC);

    private static final String SECRET = "of-this-run-alone";

    @TempDir
    private static Path directory;

    private static SandboxBuildEngine engine;
    private static BuildRequest.BaseImage tiny;
    private static Path disk;

    @BeforeAll
    static void makeDisk() throws Exception {
        var place = Path.of("target/tiny").toAbsolutePath();
        var script = new ProcessBuilder("sh", "src/test/sh/tiny-machine.sh", place.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(script.getInputStream().readAllBytes(), UTF_8);
        assertThat(script.waitFor()).as(said).isZero();
        tiny = ImageFile.of(place.resolve("tiny.tar"), ImageForm.Kind.ARCHIVE);
        engine = engine("engine");
        disk = build(engine, "RUN echo golden > /etc/golden", ImageForm.Kind.RAW)
                .file();
    }

    private static SandboxBuildEngine engine(String name) {
        return new SandboxBuildEngine(TestSettings.of(directory.resolve(name)).build(), MACHINES);
    }

    private static BuildEngine.BuiltImage build(SandboxBuildEngine engine, String content, ImageForm.Kind kind)
            throws Exception {
        return engine.build(request(tiny, content, kind), StepJournal.NONE, new RecordedOutput());
    }

    static BuildRequest request(BuildRequest.BaseImage base, String content, ImageForm.Kind kind) {
        return request(base, content, kind, false);
    }

    private static BuildRequest request(
            BuildRequest.BaseImage base, String content, ImageForm.Kind kind, boolean network) {
        return new BuildRequest(
                "exec-" + kind + content.hashCode(),
                1,
                base,
                BuildEngineContract.commands(content),
                Optional.empty(),
                network,
                1L << 30,
                BuildBuckets.NONE,
                Optional.empty(),
                Optional.of(kind),
                Set.of());
    }

    private static BuildFailedException failure(Path disk, ImageForm.Kind kind, String content, RecordedOutput output)
            throws IOException {
        var request = request(ImageFile.of(disk, kind), content, ImageForm.Kind.ARCHIVE)
                .with(new RunParameters(List.of(new RunParameter("TOKEN", SECRET, true))));
        return catchThrowableOfType(BuildFailedException.class, () -> engine.test(request, output));
    }

    @Test
    void commandsRunInTheMachineThatTheDiskBootsUntilOneFails() throws Exception {
        var before = Digest.of(disk);
        var output = new RecordedOutput();
        var content = """
                ENV PLACE="machine"
                WORKDIR /var/place
                RUN echo "in a $PLACE, in $(pwd), of $(cat /etc/golden)"; grep -c ' / ext4 ' /proc/mounts; ls -A /etc
                RUN echo "with $TOKEN."; echo "console $TOKEN." > /dev/console
                RUN echo "stored in: $(find /.kiln -xdev -type f -exec grep -l "$TOKEN" {} +)."; ls -ld /.kiln/script
                USER app
                RUN cat /.kiln/script/text; echo "as $(id -un)"; echo "it is broken with $TOKEN" >&2; exit ${#TOKEN}
                """;
        var failure = failure(disk, ImageForm.Kind.RAW, content, output);
        assertThat(failure.code()).isEqualTo("BuildCommand.Failed");
        assertThat(failure.exitCode()).isEqualTo(SECRET.length());
        assertThat(failure)
                .hasMessageStartingWith("step 7 of 7 (RUN cat")
                .hasMessageEndingWith("it is broken with ***");
        assertThat(output.text())
                .contains(
                        "in a machine, in /var/place, of golden\n1\n",
                        "Permission denied\nas app\nit is broken with ***\n")
                .contains("stored in: .\ndrwx------ ")
                .contains("console: [    0.000000] Linux version ")
                .contains("with ***.\n", "console: console ***.\n")
                .doesNotContain(SECRET);
        assertThat(output.steps()).contains("finish 6/7").doesNotContain("finish 7/7");
        assertThat(output.steps())
                .anyMatch(step -> step.matches("phase the machine is up after .* its system is running"));
        assertThat(Digest.of(disk)).isEqualTo(before);
        assertNothingRuns();
    }

    /** The emulator's gateway stands for the loopback of where the emulator runs. */
    @Test
    void machineWithANetworkReachesWhatTheOperatorAllowsAndNotTheWorkersLoopback() throws Exception {
        try (var greeter = new Greeter()) {
            var own = Greeter.ownAddress();
            var near = new SandboxBuildEngine(
                    TestSettings.of(directory.resolve("near"))
                            .privateNetworks(own + "/32")
                            .build(),
                    MACHINES);
            var card = "busybox ip link set eth0 up; busybox ip addr add 10.0.2.15/24 dev eth0;"
                    + " busybox ip route add default via 10.0.2.2";
            var content = "RUN " + card + "\nRUN busybox " + greeter.greet(own) + "\nRUN busybox "
                    + greeter.greet("10.0.2.2");
            var output = new RecordedOutput();

            near.test(request(ImageFile.of(disk, ImageForm.Kind.RAW), content, ImageForm.Kind.ARCHIVE, true), output);

            assertThat(output.text()).contains(Greeter.WORD);
            assertThat(greeter.greeted()).isOne();
            assertNothingRuns();
        }
    }

    @Test
    void kernelThatPanicsIsTold() throws Exception {
        var broken = build(engine, "RUN rm /sbin/init && echo '#!/none' > /sbin/init", ImageForm.Kind.QCOW2);
        var failure = failure(broken.file(), ImageForm.Kind.QCOW2, "RUN true", new RecordedOutput());
        assertThat(failure.code()).isEqualTo("Machine.BootFailed");
        assertThat(failure)
                .hasMessageStartingWith("the kernel panicked: Attempted to kill init!")
                .hasMessageContaining("; last lines of its console:\n");
    }

    @Test
    void diskThatTheFirmwareCannotBootIsTold() throws Exception {
        var copy = Files.copy(disk, directory.resolve("blank.raw"));
        try (var file = new RandomAccessFile(copy.toFile(), "rw")) {
            file.write(new byte[] {(byte) 0xcd, 0x18}); // which tells BIOS to try the next device
        }
        var failure = failure(copy, ImageForm.Kind.RAW, "RUN true", new RecordedOutput());
        assertThat(failure.code()).isEqualTo("Machine.BootFailed");
        assertThat(failure).hasMessageStartingWith("the firmware found nothing to boot on the disk; last lines");
    }

    @Test
    void machineThatIsNotUpInTimeIsTold() {
        var machines = new MachineSettings(
                true, Duration.ofSeconds(1), DataSize.ofMegabytes(256), 1, MachineSettings.Acceleration.TCG);
        var impatient = new SandboxBuildEngine(
                TestSettings.of(directory.resolve("impatient")).build(), machines);
        var failure = catchThrowableOfType(
                BuildFailedException.class,
                () -> impatient.test(
                        request(ImageFile.of(disk, ImageForm.Kind.RAW), "RUN true", ImageForm.Kind.ARCHIVE),
                        new RecordedOutput()));
        assertThat(failure.code()).isEqualTo("Machine.BootFailed");
        assertThat(failure)
                .hasMessageStartingWith("the machine did not reach multi-user within 1 seconds")
                .hasMessageContaining("kiln.machine.boot-time");
        assertNothingRuns();
    }

    @Test
    void interruptEndsTheMachineWithinASecond() throws Exception {
        var output = new RecordedOutput();
        var request = request(ImageFile.of(disk, ImageForm.Kind.RAW), "RUN true", ImageForm.Kind.ARCHIVE);
        var test = new Thread(() -> {
            try {
                engine.test(request, output);
            } catch (Exception e) {
                output.phase(e.getClass().getSimpleName());
            }
        });
        test.start();
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> output.text().contains("console: "));
        test.interrupt();
        test.join(TimeUnit.SECONDS.toMillis(1));
        assertThat(output.steps()).last().isEqualTo("phase InterruptedException");
        assertNothingRuns();
    }

    @Test
    void whatBelongsToOneMachineIsTakenAwayFromADiskMadeOfAnArchive() throws Exception {
        var content =
                "RUN echo of-one-machine > /etc/machine-id; mkdir -p /var/log; echo x > /var/log/x; echo y > /etc/y"
                        + "\nRUN mkdir -p /var/lib/dpkg; printf 'Package: a\\nVersion: 1\\n' > /var/lib/dpkg/status";
        var plain = request(tiny, content, ImageForm.Kind.RAW);
        var request = new BuildRequest(
                plain.name(),
                1,
                tiny,
                plain.commands(),
                Optional.empty(),
                false,
                plain.diskBytes(),
                BuildBuckets.NONE,
                Optional.empty(),
                plain.output(),
                EnumSet.of(Sysprep.MACHINE_ID, Sysprep.LOGS));
        var made = engine.build(request, StepJournal.NONE, new RecordedOutput());

        var root = made.file() + "?offset=" + 102400 * 512;
        assertThat(SystemDisk.run("debugfs", "-R", "stat /etc/machine-id", root))
                .contains("Size: 0");
        assertThat(SystemDisk.run("debugfs", "-R", "stat /var/log/x", root)).contains("Size: 0");
        assertThat(SystemDisk.run("debugfs", "-R", "cat /etc/y", root)).endsWith("y\n");
        SystemDisk.run("e2fsck", "-fn", root);
        assertThat(made.packages().orElseThrow().packages())
                .containsExactly(new InstalledPackage("dpkg", "a", "1", "all"));
    }

    @Test
    void anOrdinaryUserMakesTheSameDiskAndTestsItInAMachine() throws Exception {
        var parent = Files.createDirectory(directory.resolve("ordinary"));
        var work = OrdinaryUser.directory(parent);
        OrdinaryUser.open(directory);
        var archive = OrdinaryUser.given(Path.of("target/tiny/tiny.tar"), work);
        var said = OrdinaryUser.run(UserModeMachine.class, work.toString(), archive);

        assertThat(said.text())
                .contains("disk: " + Digest.of(disk) + "\n")
                .contains("in a machine of golden, as root\n")
                .contains("BuildCommand.Failed step 2 of 2 (RUN exit 7)", "left: []\n");
        assertThat(said.status()).isZero();
        assertNothingRuns();
    }

    @Test
    void equalImagesGiveEqualDisks() throws Exception {
        var again = build(engine("other"), "RUN echo golden > /etc/golden", ImageForm.Kind.RAW);
        assertThat(again.digest()).isEqualTo(Digest.of(disk));
    }

    /** On many file systems a directory stays as large as it once was, and a sparse file takes less than its size. */
    @Test
    void whatFilesTakeOnTheWorkerDoesNotChangeTheDisk() throws Exception {
        var fresh =
                build(engine, "RUN mkdir /d && busybox dd if=/dev/zero of=/d/zero bs=1M count=20", ImageForm.Kind.RAW);
        var used = build(
                engine,
                "RUN mkdir /d && cd /d && n=0 && while [ $n -lt 20000 ]; do : > a-name-of-some-length-$n; n=$((n+1));"
                        + " done"
                        + "\nRUN rm -r /d/* && busybox dd if=/dev/zero of=/d/zero bs=1M count=0 seek=20",
                ImageForm.Kind.RAW);
        assertThat(used.digest()).isEqualTo(fresh.digest());
    }

    /** They count with their sizes and a quarter, as others do: here this would be more than the disk may have. */
    @Test
    void sparseFilesThatFitMakeTheDiskNoLargerThanItMayBe() throws Exception {
        var made = build(engine, "RUN busybox dd if=/dev/zero of=/sparse bs=1M count=1 seek=900", ImageForm.Kind.RAW);
        assertThat(made.bytes()).isEqualTo(1L << 30);
        SystemDisk.run("e2fsck", "-fn", made.file() + "?offset=" + 102400 * 512);
    }

    @Test
    void manySmallFilesHaveRoomOnARawDisk() throws Exception {
        var content = "RUN mkdir /many && cd /many && d=0 && while [ $d -lt 340 ]; do mkdir $d; n=0;"
                + " while [ $n -lt 100 ]; do echo $n > $d/$n; n=$((n+1)); done; d=$((d+1)); done";
        var made = build(engine, content, ImageForm.Kind.RAW);

        var root = made.file() + "?offset=" + 102400 * 512;
        assertThat(SystemDisk.run("debugfs", "-R", "cat /many/339/99", root)).endsWith("99\n");
    }

    @Test
    void treeWithoutAKernelIsRefusedBeforeItsCommandsRun() {
        var output = new RecordedOutput();
        var request = request(BusyboxBase.image(), "RUN echo ran", ImageForm.Kind.QCOW2);
        var failure =
                catchThrowableOfType(BuildFailedException.class, () -> engine.build(request, StepJournal.NONE, output));
        assertThat(failure.code()).isEqualTo("OutputFormat.Refused");
        assertThat(failure).hasMessageContaining("its base image has no kernel");
        assertThat(output.text()).isEmpty();
    }

    private static void assertNothingRuns() {
        assertThat(ProcessHandle.allProcesses()
                        .flatMap(process -> process.info().commandLine().stream())
                        .filter(line -> line.contains(directory.toString())))
                .isEmpty();
    }
}
