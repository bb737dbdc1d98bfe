package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.worker.engine.EngineSettings.BuildNetwork;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A build whose template allows the network has one of its own, from which it reaches nothing of the worker's. */
@Timeout(120)
class BuildNetworkTest {

    private static final List<String> PRIVATE =
            List.of("10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "198.19.0.1");

    @TempDir
    private Path directory;

    private Greeter greeter;

    @BeforeEach
    void start() throws Exception {
        greeter = new Greeter();
    }

    @AfterEach
    void stop() throws Exception {
        greeter.close();
    }

    @Test
    void itReachesAnAddressThatTheOperatorAllows() throws Exception {
        var own = Greeter.ownAddress();

        var text = run(TestSettings.of(directory).privateNetworks(own + "/32"), greeter.greet(own));

        assertThat(text).contains(Greeter.WORD);
    }

    @Test
    void itReachesNeitherTheWorkersAddressesNorItsLoopback() throws Exception {
        var text = run(
                TestSettings.of(directory),
                greeter.greet(Greeter.ownAddress()),
                greeter.greet("127.0.0.1"),
                greeter.greet("198.18.0.2"),
                greeter.greet("198.18.0.3"),
                "echo done");

        assertThat(text).contains("done").doesNotContain(Greeter.WORD);
        assertThat(greeter.greeted()).isZero();
    }

    @Test
    void aNetworkLikeTheWorkersReachesThem() throws Exception {
        var shared = TestSettings.of(directory).network(BuildNetwork.WORKER);

        assertThat(run(shared, greeter.greet("127.0.0.1"), greeter.greet(Greeter.ownAddress())))
                .contains(Greeter.WORD + "\n" + Greeter.WORD);
    }

    @Test
    void privateNetworksAreClosed() throws Exception {
        var attempts = PRIVATE.stream()
                .map(address -> "nc -w 2 " + address + " 80 2>&1; true")
                .toArray(String[]::new);

        assertThat(run(TestSettings.of(directory), attempts).lines())
                .hasSameSizeAs(PRIVATE)
                .allMatch(line -> line.endsWith("No route to host"));
    }

    @Test
    void anAddressOfTheWorkersIsOpenedByItsNameAloneAndClosedCountsMore() throws Exception {
        var own = Greeter.ownAddress();

        var wide = "0.0.0.0/0";
        assertThat(run(TestSettings.of(directory).privateNetworks(wide), greeter.greet(own)))
                .doesNotContain(Greeter.WORD);
        assertThat(run(TestSettings.of(directory).privateNetworks(wide, own + "/32"), greeter.greet(own)))
                .contains(Greeter.WORD);
        assertThat(run(
                        TestSettings.of(directory)
                                .privateNetworks(wide, own + "/32")
                                .closedNetworks(own + "/32"),
                        greeter.greet(own)))
                .doesNotContain(Greeter.WORD);
        assertThat(greeter.greeted()).isOne();
    }

    /** Whoever binds a socket to the network's card passes by the routes, and multicast needs none. */
    @Test
    void whatIsSentThroughTheCardItselfGetsNoFurther() throws Exception {
        var own = Greeter.ownAddress();
        try (var heard = new MulticastSocket(0)) {
            heard.joinGroup(
                    new InetSocketAddress("239.1.2.3", 0),
                    NetworkInterface.getByInetAddress(InetAddress.getByName(own)));
            heard.setSoTimeout(30_000);
            var send =
                    "perl -e 'BEGIN{@INC=grep{!m{^/etc}}@INC}use Socket;socket(S,PF_INET,SOCK_DGRAM,17);setsockopt(S,SOL_SOCKET,25,q(tap0))||die;"
                            + "setsockopt(S,0,33,pack(q(i),4));for my $to(@ARGV){send(S,$to,0,pack_sockaddr_in("
                            + heard.getLocalPort() + ",inet_aton($to)))||print qq(refused $to )}"
                            // What is on its way when the network ends is lost.
                            + "for(1..20){select undef,undef,undef,.1;send S,$ARGV[-1],0,pack_sockaddr_in("
                            + heard.getLocalPort() + ",inet_aton $ARGV[-1])}' 127.0.0.1 239.1.2.3 ";
            var engine = new SandboxBuildEngine(
                    TestSettings.of(directory).privateNetworks(own + "/32").build());
            engine.runPacker(
                    PackerRunTest.request(PackerRunTest.FILE.formatted("\"" + send + own + "\""), true),
                    "image.pkr.hcl",
                    new RecordedOutput());

            var packet = new DatagramPacket(new byte[100], 100);
            heard.receive(packet);
            assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII))
                    .isEqualTo(own);
        }
    }

    @Test
    void commandsCannotOpenWhatIsClosed() throws Exception {
        var own = Greeter.ownAddress();
        var settings = TestSettings.of(directory).withUserNamespaces();

        var text = run(
                settings,
                "/bin/busybox ip addr add 192.168.1.1/24 dev lo 2>&1; /bin/busybox ip link set tap0 down 2>&1; true",
                "/bin/busybox unshare --user --map-root-user /bin/busybox ip link set tap0 down 2>&1; true",
                "/bin/busybox nsenter -t 1 -n true 2>&1; true",
                greeter.greet(own));
        assertThat(text).contains("Operation not permitted").doesNotContain(Greeter.WORD);

        var said = new RecordedOutput();
        var flush = "nft flush ruleset || true; unshare --user --map-root-user nft flush ruleset || true; busybox ";
        new SandboxBuildEngine(settings.build())
                .runPacker(
                        PackerRunTest.request(
                                PackerRunTest.FILE.formatted("\"" + flush + greeter.greet(own) + "\""), true),
                        "image.pkr.hcl",
                        said);
        assertThat(said.text()).contains("Operation not permitted").doesNotContain(Greeter.WORD);
        assertThat(greeter.greeted()).isZero();
    }

    @Test
    void theInternetsNamesAreAskedOfTheNetworksOwnServer() throws Exception {
        assertThat(run(TestSettings.of(directory), "cat /etc/resolv.conf; stat -c %a /etc/resolv.conf"))
                .contains("nameserver 198.18.0.3");
    }

    @Test
    void packerHasTheSameNetwork() throws Exception {
        var own = Greeter.ownAddress();
        var said = new RecordedOutput();
        for (var address : List.of(own, "127.0.0.1")) {
            var file = PackerRunTest.FILE.formatted("\"busybox " + greeter.greet(address) + "\"");
            new SandboxBuildEngine(TestSettings.of(directory)
                            .privateNetworks(own + "/32")
                            .build())
                    .runPacker(PackerRunTest.request(file, true), "image.pkr.hcl", said);
        }

        assertThat(said.text()).contains(Greeter.WORD);
        assertThat(greeter.greeted()).isOne();
    }

    /** The next command's network is made while one runs. */
    @Test
    void manyQuickCommandsOneAfterTheOtherHaveIt() throws Exception {
        var commands = Collections.nCopies(30, "cat /etc/resolv.conf");

        assertThat(run(TestSettings.of(directory), commands.toArray(String[]::new))
                        .lines()
                        .filter("nameserver 198.18.0.3"::equals))
                .hasSameSizeAs(commands);
    }

    @Test
    void whereItCannotBeMadeNothingRunsAndTheTemplateIsNotToBlame() {
        assertThatThrownBy(() -> run(TestSettings.of(directory).processes(3), greeter.greet(Greeter.ownAddress())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("making a sandbox ended with status");
    }

    @Test
    void whoseCommandSoughtANetworkInVainIsToldThatItHadNone() {
        var request = new BuildRequest(
                "exec-alone",
                BusyboxBase.image(),
                BuildEngineContract.commands("RUN nc -w 2 192.0.2.1 80"),
                Optional.empty(),
                false,
                64 << 20);

        assertThatThrownBy(() ->
                        new SandboxBuildEngine(TestSettings.of(directory).build()).test(request, new RecordedOutput()))
                .hasMessageContaining("exit code 1 (it had no network: InternetMaxBandwidthOut is 0); last lines:");
    }

    @Test
    void nothingOfItIsLeft() throws Exception {
        run(TestSettings.of(directory), "echo done");

        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(line -> line.contains("slirp4netns") && line.contains(directory.toString())))
                .isEmpty();
        assertThat(directory.resolve("builds")).isEmptyDirectory();
    }

    @Test
    void anOrdinaryUsersBuildReachesTheSame() throws Exception {
        var work = OrdinaryUser.directory(directory);
        var own = Greeter.ownAddress();

        var tunnel = new OpenDevice("/dev/net/tun");
        try {
            var allowed = OrdinaryUser.run(
                    UserModeNetwork.class, work.resolve("a").toString(), greeter.greet(own), own + "/32");
            var closed =
                    OrdinaryUser.run(UserModeNetwork.class, work.resolve("b").toString(), greeter.greet(own));

            assertThat(allowed.text()).contains(Greeter.WORD);
            assertThat(closed.text()).contains("done").doesNotContain(Greeter.WORD);
            assertThat(greeter.greeted()).isOne();
        } finally {
            tunnel.close();
        }
    }

    private static String run(TestSettings settings, String... commands) throws Exception {
        return UserModeNetwork.run(settings.build(), List.of(commands));
    }
}
