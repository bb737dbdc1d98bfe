package dev.kiln.worker.engine;

import dev.kiln.network.Network;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What builds can reach in a network: the internet, and those private networks and addresses of this machine that the
 * operator allows. The worker stands in its owner's network, with a database, a broker and the cloud's metadata, and a
 * template must not reach what is reserved for that network.
 */
final class Reachable {

    /**
     * The name server in a build's own network; its network is the one reserved for benchmarks, so it hides no real
     * one.
     */
    static final String NAMES = "198.18.0.3";

    private static final List<Network> PRIVATE = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    // The metadata addresses of clouds, some of which look public.
                    "168.63.129.16/32",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    // Loopback, and addresses that embed another address.
                    "::/8",
                    "64:ff9b::/32",
                    "2001::/32",
                    "2002::/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(Network::of)
            .toList();

    private static final String REFUSE = "reject with icmp type admin-prohibited";

    private final List<Network> closed;
    private final List<Network> allowed;

    /** @throws dev.kiln.start.CannotStartException when one of the settings is not a list of networks */
    Reachable(EngineSettings settings) {
        this.closed = Network.of(settings.closedNetworks(), "kiln.engine.closed-networks");
        this.allowed = Network.of(settings.privateNetworks(), "kiln.engine.private-networks");
    }

    /** Whether the worker may fetch from there for a build. */
    boolean contains(InetAddress address) throws SocketException {
        if (isOf(closed, address)) {
            return false;
        }
        if (isNamed(address)) {
            return true;
        }
        return NetworkInterface.getByInetAddress(address) == null
                && (isOf(allowed, address) || !isOf(PRIVATE, address));
    }

    /**
     * Whether the operator allows this exact address: an allowed network does not open this machine's own addresses.
     */
    private boolean isNamed(InetAddress address) {
        return allowed.contains(new Network(address, address.getAddress().length * Byte.SIZE));
    }

    private static boolean isOf(List<Network> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    /** The same limits as rules for {@code nft -f}, for a build's own network; the first matching rule counts. */
    String rules() throws SocketException {
        var rules = new ArrayList<>(List.of("oifname \"lo\" accept"));
        for (var protocol : List.of("udp", "tcp")) {
            rules.add("ip daddr " + NAMES + " " + protocol + " dport 53 accept");
        }
        var own = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !isNamed(address))
                .map(address -> new Network(address, address.getAddress().length * Byte.SIZE))
                .toList();
        add(rules, closed, REFUSE);
        add(rules, own, REFUSE);
        add(rules, allowed, "accept");
        add(rules, PRIVATE, REFUSE);
        return """
                table ip kiln {
                    chain output {
                        type filter hook output priority 0; policy accept;
                        %s
                    }
                }
                """.formatted(String.join("\n        ", rules));
    }

    private static void add(List<String> rules, List<Network> networks, String verdict) {
        networks.stream()
                .filter(network -> network.first() instanceof Inet4Address)
                .forEach(network -> rules.add("ip daddr " + network + " " + verdict));
    }
}
