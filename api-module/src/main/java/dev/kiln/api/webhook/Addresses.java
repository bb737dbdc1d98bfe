package dev.kiln.api.webhook;

import dev.kiln.network.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses that webhooks can use. Asked when a webhook is created, to refuse it, and before every connection,
 * which is then made to the checked address: by then a name can resolve to another.
 */
final class Addresses {

    // Addresses that are not public: of this machine, of local networks, for special purposes, and those that embed
    // another address.
    private static final List<Network> NOT_PUBLIC = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "::/8",
                    "64:ff9b::/32",
                    "100::/64",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/9",
                    "ff00::/8")
            .map(Network::of)
            .toList();

    private final List<Network> allowed;

    Addresses(List<String> privateNetworks) {
        this.allowed = Network.of(privateNetworks, "kiln.webhooks.private-networks");
    }

    /** The host's addresses; fails if there are none, or one of them is not allowed. */
    List<InetAddress> of(String host) throws IOException {
        InetAddress[] found;
        try {
            found = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("the host name " + host + " cannot be resolved", e);
        }
        for (var address : found) {
            if (!isPublic(address) && allowed.stream().noneMatch(network -> network.contains(address))) {
                // Naming the address would show a stranger what names resolve to inside.
                throw new IOException("the host " + host
                        + " leads to an address that is not public; the operator can allow networks by"
                        + " kiln.webhooks.private-networks");
            }
        }
        return Arrays.asList(found);
    }

    private static boolean isPublic(InetAddress address) {
        return NOT_PUBLIC.stream().noneMatch(network -> network.contains(address));
    }
}
