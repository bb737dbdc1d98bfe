package dev.kiln.api.webhook;

import dev.kiln.secret.UnusableSettingException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/** The addresses that begin with the same bits. */
record Network(InetAddress first, int bits) {

    // What is not a public address of somebody: of this machine, of local networks, for special purposes, and those
    // that
    // carry another address in themselves.
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
            .map(Network::parse)
            .toList();

    /** Reads a network like 10.1.0.0/16. */
    static Network parse(String text) {
        var slash = text.indexOf('/');
        // Only digits: a name would be looked up.
        if (slash > 0 && text.matches("[0-9A-Fa-f:.]+/[0-9]{1,3}")) {
            try {
                var address = InetAddress.getAllByName(text.substring(0, slash))[0];
                var bits = Integer.parseInt(text.substring(slash + 1));
                if (bits <= address.getAddress().length * 8) {
                    return new Network(address, bits);
                }
            } catch (UnknownHostException e) {
                throw unusable(text);
            }
        }
        throw unusable(text);
    }

    private static UnusableSettingException unusable(String text) {
        return new UnusableSettingException(
                "kiln.webhooks.private-networks has \"" + text + "\", which is no network",
                "Write networks like 10.1.0.0/16 or fd00::/8, separated by commas.");
    }

    static boolean isPublic(InetAddress address) {
        return NOT_PUBLIC.stream().noneMatch(network -> network.contains(address));
    }

    boolean contains(InetAddress address) {
        var mine = first.getAddress();
        var other = address.getAddress();
        var rest = mine.length * 8 - bits;
        return mine.length == other.length
                && new BigInteger(1, mine).shiftRight(rest).equals(new BigInteger(1, other).shiftRight(rest));
    }
}
