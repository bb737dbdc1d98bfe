package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kiln.image.archive.TarEntry;
import dev.kiln.image.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Build commands that try to get out, to stay, or to take more than their share. */
@Timeout(120)
class HostileCommandsTest {

    private final RecordedOutput output = new RecordedOutput();

    @TempDir
    private Path directory;

    private TestSettings settings;

    @BeforeEach
    void settings() {
        settings = TestSettings.of(directory);
    }

    private String run(String content) throws Exception {
        new SandboxBuildEngine(settings.build()).test(request(content, 64L << 20, false), output);
        return output.text();
    }

    private static BuildRequest request(String content, long diskBytes, boolean network) {
        return new BuildRequest(
                "exec-hostile",
                BusyboxBase.image(),
                BuildEngineContract.commands(content),
                Optional.empty(),
                network,
                diskBytes);
    }

    private void fails(String content, String code) {
        assertThatThrownBy(() -> run(content))
                .isInstanceOfSatisfying(
                        BuildFailedException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void hostFilesAreNotThere() throws Exception {
        var secret = Files.writeString(directory.resolve("secret"), "from the host");
        assertThat(run("RUN cat /etc/shadow " + secret + " /proc/1/root/etc/shadow /proc/1/root" + secret + "; true"))
                .contains("No such file")
                .doesNotContain("from the host")
                .doesNotContain("root:*")
                .doesNotContain("root:!");
    }

    @Test
    void nothingIsWrittenOutside() throws Exception {
        var target = directory.resolve("written");
        run("RUN mkdir -p " + directory + " && echo evil > " + target + "; echo evil > ../../../../../.." + target);
        assertThat(target).doesNotExist();
    }

    @Test
    void processesOfACommandTakeNoneFromWhatKeepsTheStepBefore() throws Exception {
        settings = settings.processes(40);
        var journal = new RememberedSteps();
        var content = "RUN mkdir /f; for i in $(seq 15000); do echo > /f/$i; done\n"
                + "RUN sleep 2 & s=$!; (while :; do sleep 4 & done) 2> /dev/null & wait $s\nRUN echo last";
        new SandboxBuildEngine(settings.build()).build(request(content, 512L << 20, false), journal, output);
        assertThat(journal.kept()).hasSize(3);
        assertThat(output.text()).endsWith("last\n");
    }

    @Test
    void whatUserZeroMayDoInProcWithoutAnyCapabilityIsClosed() throws Exception {
        var text = run("RUN for f in pressure/cpu pressure/memory dynamic_debug/control; do"
                + " (exec 3>> /proc/$f) 2> /dev/null && echo opened $f;"
                + " done; for f in kpagecount kpageflags kpagecgroup vmallocinfo slabinfo; do"
                + " [ -z \"$(head -c 64 /proc/$f 2> /dev/null | tr '\\0' 0)\" ] || echo read $f; done; true");
        assertThat(text).isEmpty();
    }

    private static final String DEEPER_THAN_A_PATH = "mkdir /d; cd /d; for i in $(seq 25); do mkdir " + "d".repeat(200)
            + " && cd " + "d".repeat(200) + "; done; ";

    @Test
    void whatLiesDeeperThanAPathCanBeLongIsMeasured() {
        var large = "RUN " + DEEPER_THAN_A_PATH + "head -c 40000000 /dev/zero > f; cp f g";
        fails(large, "BuildCommand.DiskLimitExceeded");
        assertThatThrownBy(() -> build(large, 64L << 20))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("step 1 of 1 (RUN mkdir /d")
                .hasMessageContaining("SystemDiskSize");
    }

    @Test
    void whatLiesDeeperThanAPathCanBeLongIsNoFault() throws Exception {
        build("RUN " + DEEPER_THAN_A_PATH + "echo > f\nRUN true", 64L << 20);
    }

    @Test
    void filesWithNothingInThemTakeSpaceToo() {
        assertThatThrownBy(() -> build("RUN mkdir /f; for i in $(seq 9000); do : > /f/$i; done", 8 << 20))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("each file and directory counts 1024 bytes");
        var endless = request("RUN mkdir /f; i=0; while : > /f/$i; do i=$((i + 1)); done", 8 << 20, false);
        assertThatThrownBy(() -> new SandboxBuildEngine(settings.build()).test(endless, output))
                .isInstanceOfSatisfying(
                        BuildFailedException.class,
                        e -> assertThat(e.code()).isEqualTo("BuildCommand.DiskLimitExceeded"));
    }

    private void build(String content, long diskBytes) throws Exception {
        new SandboxBuildEngine(settings.build())
                .build(request(content, diskBytes, false), new RememberedSteps(), output);
    }

    @Test
    void kernelSettingsCannotBeChanged() throws Exception {
        var before = Files.readString(Path.of("/proc/sys/kernel/core_pattern"));
        var text = run(
                "RUN for f in sys/kernel/core_pattern sys/kernel/modprobe sys/vm/drop_caches irq/default_smp_affinity;"
                        + " do ls /proc/$f; (exec 3>> /proc/$f) && echo opened $f; done; [ ! -e /proc/sysrq-trigger ] || stat -c 'trigger %t:%T' /proc/sysrq-trigger");
        assertThat(text)
                .contains("/proc/sys/vm/drop_caches\n", "/proc/irq/default_smp_affinity\n", "Read-only file system")
                .doesNotContain("opened")
                .doesNotContainPattern("trigger (?!1:3\n)"); // /dev/null; some kernels have none
        assertThat(Files.readString(Path.of("/proc/sys/kernel/core_pattern"))).isEqualTo(before);
    }

    @Test
    void deviceNodesCannotBeMadeOrRead() throws Exception {
        var text = run(
                "RUN for n in '8 0' '254 0' '259 0' '7 0'; do mknod /var/d b $n && cat /var/d | head -c 1 | "
                        + "grep -q . && echo read; mknod /var/mem c 1 1; head -c 1 /var/mem && echo read; rm -f /var/d; done; true");
        assertThat(text).contains("Operation not permitted").doesNotContain("read\n");
    }

    @Test
    void nothingCanBeMounted() throws Exception {
        assertThat(run("RUN mkdir /mnt; busybox mount -t tmpfs none /mnt && echo mounted;"
                        + " busybox mount -o remount,rw /proc/sys && echo mounted; true"))
                .contains("mount: ")
                .doesNotContain("mounted");
    }

    @Test
    void setuidFilesGiveNothing() throws Exception {
        var text = run("RUN busybox cp /bin/busybox /var/id; chmod 6755 /var/id\nUSER app\n"
                + "RUN /var/id; /var/id -u; busybox grep -i nonew /proc/self/status");
        assertThat(text).doesNotContain("euid=0").contains("1000\n").containsPattern("NoNewPrivs:\\s+1");
    }

    @Test
    void capabilitiesAreFew() throws Exception {
        // None of SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO, NET_ADMIN, MKNOD, SYS_BOOT, SYS_RESOURCE.
        assertThat(run("RUN grep CapEff /proc/self/status")).contains("CapEff:\t00000000a00405fb");
    }

    @Test
    void workerCannotBeSignalled() throws Exception {
        long worker = ProcessHandle.current().pid();
        assertThat(run("RUN kill -9 " + worker + "; kill -9 -1; true")).contains("No such process");
    }

    @Test
    void loopbackOfTheHostIsOutOfReach() throws Exception {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var command = "RUN nc -w 2 127.0.0.1 " + server.getLocalPort() + " < /dev/null && echo connected; true";
            assertThat(run(command)).contains("Connection refused").doesNotContain("connected");
            var answering = new Thread(() -> answer(server));
            answering.start();
            // The same command does connect in the worker's network: the test would notice a broken nc.
            var shared = settings.network(EngineSettings.BuildNetwork.WORKER).build();
            new SandboxBuildEngine(shared).test(request(command, 1 << 20, true), output);
            assertThat(output.text()).contains("connected");
            answering.join();
        }
    }

    private static void answer(ServerSocket server) {
        try {
            server.accept().close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void daemonEndsWithItsCommand() throws Exception {
        var text = run("RUN (busybox setsid /bin/sleep 98761 > /dev/null 2>&1 &); echo started\nRUN ps");
        assertThat(text).contains("started").doesNotContain("98761");
        assertThat(Sleepers.count(98761)).isZero();
    }

    @Test
    void forkBombIsHeldAndEnded() throws Exception {
        settings.commandTime(Duration.ofSeconds(3)).processes(50);
        // Beside the command's own shell, which would end where it may not fork any more.
        fails("RUN bomb() { bomb | bomb & wait; }; bomb & exec /bin/sleep 98762", "BuildCommand.TimedOut");
        assertThat(Sleepers.count(98762)).isZero();
    }

    @Test
    void diskIsBounded() {
        fails(
                "RUN i=0; while dd if=/dev/zero of=/var/f$i bs=1M count=9 2>/dev/null; do i=$((i+1)); done; sleep 100",
                "BuildCommand.DiskLimitExceeded");
    }

    @Test
    void diskIsBoundedForTemporaryFilesToo() {
        fails(
                "RUN for i in 1 2 3; do dd if=/dev/zero of=/tmp/f$i bs=1M count=30; done",
                "BuildCommand.DiskLimitExceeded");
    }

    @Test
    void whatAStepWroteTooFastToBeMeasuredIsSeenWhereItIsKept() {
        var content = "RUN for i in 1 2 3; do dd if=/dev/zero of=/var/f$i bs=1M count=30; done\nRUN /bin/sleep 98767";
        var engine = new SandboxBuildEngine(settings.build());
        assertThatThrownBy(() -> engine.build(request(content, 64L << 20, false), new RememberedSteps(), output))
                .isInstanceOfSatisfying(
                        BuildFailedException.class,
                        e -> assertThat(e.code()).isEqualTo("BuildCommand.DiskLimitExceeded"))
                .hasMessageContaining("step 1 of 2");
        assertThat(Sleepers.count(98767)).isZero();
    }

    @Test
    void oneFileIsBounded() {
        fails(
                "RUN dd if=/dev/zero of=/var/big bs=1M count=80; ls -l /var/big; rm /var/big; exit 9",
                "BuildCommand.Failed");
        assertThat(output.text()).contains(" 67108864 ");
    }

    @Test
    void memoryIsBounded() {
        settings.memoryBytes(64L << 20);
        fails("RUN tail /dev/zero", "BuildCommand.MemoryLimitExceeded");
    }

    @Test
    void timeIsBounded() {
        settings.commandTime(Duration.ofSeconds(1));
        fails("RUN /bin/sleep 98763", "BuildCommand.TimedOut");
        assertThat(Sleepers.count(98763)).isZero();
        assertThat(output.text()).doesNotContain("unshare");
    }

    @Test
    void interruptLeavesNoProcessAndNoMount() throws Exception {
        var engine = new SandboxBuildEngine(settings.build());
        var thread = new Thread(() -> {
            try {
                engine.test(request("RUN echo begun; /bin/sleep 98757 & /bin/sleep 98757", 1 << 20, false), output);
            } catch (BuildFailedException | IOException | InterruptedException e) {
                // The end is looked at from outside.
            }
        });
        thread.start();
        await().until(() -> Sleepers.count(98757) == 2);
        assertThat(Mounts.naming(directory)).as("while it runs").isNotEmpty();
        thread.interrupt();
        await().atMost(Duration.ofSeconds(1)).until(() -> Sleepers.count(98757) == 0);
        thread.join();
        engine.discard("exec-hostile");
        assertThat(directory.resolve("builds")).isEmptyDirectory();
        assertThat(Mounts.naming(directory)).isEmpty();
    }

    @Test
    void linksOfAnEarlierCommandLeadCopyNowhereElse() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            BusyboxBase.file(writer, "f", BusyboxBase.text("evil"), 0644);
        }
        var target = Files.createDirectory(directory.resolve("target"));
        var content = "RUN busybox ln -s " + target + " /var/link\nCOPY f /var/link";
        var request = new BuildRequest(
                "exec-hostile",
                BusyboxBase.image(),
                BuildEngineContract.commands(content),
                Optional.of(BusyboxBase.source(out.toByteArray())),
                false,
                1 << 20);
        assertThatThrownBy(() -> new SandboxBuildEngine(settings.build()).test(request, output))
                .isInstanceOf(BuildFailedException.class);
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void linksOfTheImageInPlaceOfMountPointsAreRefused() throws Exception {
        for (var name : List.of("run", "tmp", "proc", "dev", "etc")) {
            var out = new ByteArrayOutputStream();
            try (var writer = new TarWriter(out)) {
                writer.header(BusyboxBase.entry(
                        TarEntry.Type.SYMBOLIC_LINK, name, "/oldroot" + directory + "/made", 0777, 0));
            }
            var request = new BuildRequest(
                    "exec-hostile",
                    BusyboxBase.image(out.toByteArray()),
                    BuildEngineContract.commands("RUN true"),
                    Optional.empty(),
                    false,
                    1 << 20);
            assertThatThrownBy(() -> new SandboxBuildEngine(settings.build()).test(request, output))
                    .isInstanceOf(BuildFailedException.class)
                    .hasMessageContaining("/" + name + " of the image is a symbolic link");
            assertThat(directory.resolve("made")).doesNotExist();
        }
    }

    @Test
    void copyDoesNotFetchFromPrivateAddresses() throws Exception {
        for (var host : List.of("127.0.0.1:1", "[::1]:1", "169.254.169.254", "10.0.0.1", "localhost:1")) {
            assertThatThrownBy(() -> new SandboxBuildEngine(settings.build())
                            .test(request("COPY http://" + host + "/f /var", 1 << 20, true), output))
                    .isInstanceOf(BuildFailedException.class)
                    .hasMessageContaining("which is private");
        }
    }

    @Test
    void copyOfAUrlNeedsTheNetwork() {
        assertThatThrownBy(() -> run("COPY http://example.org/f /var"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("InternetMaxBandwidthOut");
    }
}
