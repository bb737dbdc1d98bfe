package dev.kiln.standalone;

import dev.kiln.embedded.BoundProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A host of its own and the way to it. The host is a network namespace; a second one is the router in between, which
 * can drop every packet of both directions: no end sees a link go down, a refusal or an ICMP message.
 *
 * <p>Both are namespaces without a name, so that they and their interfaces are gone with the processes in them. This
 * process needs root and must be in a network namespace that is not the machine's; its 127.0.0.1 is what the host sees
 * as 127.0.0.1 too, so that the host's processes are configured as all others.
 */
final class LossyLink implements AutoCloseable {

    /** The addresses of all hosts. */
    static final String HOSTS = "10.77.0.0/16";

    private final Process router;
    private final Process host;
    private final String address;

    /** @param number from 1 to 250, another for each link */
    LossyLink(int number) throws IOException {
        var parent = ProcessHandle.current().parent().orElseThrow();
        if (namespaceOf(ProcessHandle.current()).equals(namespaceOf(parent))) {
            throw new IllegalStateException("the machine's own network is not for tests");
        }
        var net = "10.77." + number;
        var link = "host" + number;
        this.address = net + ".6";
        this.router = namespace();
        this.host = namespace();
        here(
                "ip link add " + link + " type veth peer name servers netns " + router.pid(),
                "ip addr add " + net + ".1/30 dev " + link,
                "ip link set " + link + " up",
                "ip route add " + net + ".4/30 via " + net + ".2",
                "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet");
        within(
                router,
                "ip link add host type veth peer name servers netns " + host.pid(),
                "ip addr add " + net + ".2/30 dev servers",
                "ip addr add " + net + ".5/30 dev host",
                "ip link set servers up",
                "ip link set host up",
                "ip route add 127.0.0.1 via " + net + ".1",
                "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet",
                "echo 1 > /proc/sys/net/ipv4/ip_forward");
        within(
                host,
                "ip addr add " + address + "/30 dev servers",
                "ip link set servers up",
                "ip route add 127.0.0.1 via " + net + ".5",
                "ip route add default via " + net + ".5",
                "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet");
    }

    Cluster.Host host() {
        return new Cluster.Host(address, List.of("nsenter", "--net=/proc/" + host.pid() + "/ns/net"));
    }

    /** From now on packets disappear. */
    void lose() throws IOException {
        within(router, "echo 0 > /proc/sys/net/ipv4/ip_forward");
    }

    void restore() throws IOException {
        within(router, "echo 1 > /proc/sys/net/ipv4/ip_forward");
    }

    private static Process namespace() throws IOException {
        // Waits for ever, and ends with this JVM.
        var process = BoundProcess.start(new ProcessBuilder("unshare", "--net", "cat"), "KILL");
        Awaitility.await("a network namespace")
                .atMost(Duration.ofSeconds(10))
                .failFast("unshare ended", () -> !process.isAlive())
                .until(() -> !namespaceOf(process.toHandle()).equals(namespaceOf(ProcessHandle.current())));
        return process;
    }

    private static Path namespaceOf(ProcessHandle process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/ns/net"));
    }

    static void here(String... commands) throws IOException {
        run(List.of("sh", "-ec", String.join("\n", commands)));
    }

    private static void within(Process namespace, String... commands) throws IOException {
        run(List.of("nsenter", "--net=/proc/" + namespace.pid() + "/ns/net", "sh", "-ec", String.join("\n", commands)));
    }

    private static void run(List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + said.strip());
        }
    }

    @Override
    public void close() {
        host.destroyForcibly();
        router.destroyForcibly();
    }
}
