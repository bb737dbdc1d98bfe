package dev.kiln.worker.engine;

import dev.kiln.network.Network;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What builds may reach in a network: the internet, and of private networks and this machine's own addresses those that
 * the operator allows. The worker stands in its owner's network, with a database, a broker and its cloud's metadata,
 * and a template must not reach what only that network may.
 */
final class Reachable {

    /**
     * What bubblewrap's network has, behind {@code slirp4netns}; for benchmarks of networks, so that no other has it.
     */
    private static final String GATEWAY = "198.18.0.2";

    private static final List<Network> PRIVATE = Stream.of(
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "fc00::/7",
                    "fe80::/10")
            .map(Network::of)
            .toList();

    private final List<Network> allowed;

    Reachable(EngineSettings settings) {
        this.allowed = Network.of(settings.privateNetworks(), "kiln.engine.private-networks");
    }

    /** Whether the worker may fetch something from there for a build. */
    boolean contains(InetAddress address) throws SocketException {
        return isAllowed(address)
                || !(address.isLoopbackAddress()
                        || address.isAnyLocalAddress()
                        || address.isMulticastAddress()
                        || PRIVATE.stream().anyMatch(network -> network.contains(address))
                        || NetworkInterface.getByInetAddress(address) != null);
    }

    private boolean isAllowed(InetAddress address) {
        return allowed.stream().anyMatch(network -> network.contains(address));
    }

    /** The same as routes of IPv4, as {@code ip route add} takes them, a line each. */
    String routes() throws SocketException {
        var closed = PRIVATE.stream().filter(network -> isIpv4(network.first()));
        var own = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> isIpv4(address) && !address.isLoopbackAddress() && !isAllowed(address))
                .map(address -> new Network(address, 32));
        var open = allowed.stream().filter(network -> isIpv4(network.first()));
        return Stream.concat(
                        Stream.concat(closed, own).distinct().map(network -> "unreachable " + network),
                        open.map(network -> network + " via " + GATEWAY))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }
}
