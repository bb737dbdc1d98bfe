package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.worker.engine.EngineSettings.BuildNetwork;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A build whose template allows the network has one of its own, from which it reaches nothing of the worker's. */
@Timeout(120)
class BuildNetworkTest {

    private static final List<String> PRIVATE =
            List.of("10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1");

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
    void privateNetworksAreClosedUnlessTheOperatorAllowsThem() throws Exception {
        var routes = PRIVATE.stream()
                .map(address -> "/bin/busybox ip route get " + address + " 2>&1 | head -n 1")
                .toArray(String[]::new);

        assertThat(run(TestSettings.of(directory), routes)).doesNotContain("via 198.18.0.2");
        assertThat(run(TestSettings.of(directory).privateNetworks("10.1.7.0/16", "192.168.0.0/16", "fd00::/8"), routes))
                .contains("10.1.2.3 via 198.18.0.2", "192.168.1.1 via 198.18.0.2")
                .doesNotContain("169.254.169.254 via", "172.16.0.1 via", "100.64.0.1 via");
    }

    @Test
    void commandsCannotOpenWhatIsClosed() throws Exception {
        var own = Greeter.ownAddress();

        var text = run(
                TestSettings.of(directory),
                "/bin/busybox ip route del unreachable " + own + " 2>&1; " + "/bin/busybox ip route add " + own
                        + " via 198.18.0.2 2>&1; /bin/busybox ip addr add 192.168.1.1/24 dev lo 2>&1; true",
                "/bin/busybox unshare --user --map-root-user /bin/busybox ip route flush table main 2>&1; true",
                "/bin/busybox nsenter -t 1 -n true 2>&1; true",
                greeter.greet(own));

        assertThat(text).contains("Operation not permitted").doesNotContain(Greeter.WORD);
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

        var allowed =
                OrdinaryUser.run(UserModeNetwork.class, work.resolve("a").toString(), greeter.greet(own), own + "/32");
        var closed = OrdinaryUser.run(UserModeNetwork.class, work.resolve("b").toString(), greeter.greet(own));

        assertThat(allowed.text()).contains(Greeter.WORD);
        assertThat(closed.text()).contains("done").doesNotContain(Greeter.WORD);
        assertThat(greeter.greeted()).isOne();
    }

    private static String run(TestSettings settings, String... commands) throws Exception {
        return UserModeNetwork.run(settings.build(), List.of(commands));
    }
}
