package dev.kiln.network;

import dev.kiln.start.CannotStartException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * A network: all addresses that begin with the same bits.
 *
 * @param first the lowest address; any other address of the network is reduced to it
 * @param bits length of the common prefix
 */
public record Network(InetAddress first, int bits) {

    public Network {
        first = lowest(first.getAddress(), bits);
    }

    private static InetAddress lowest(byte[] address, int bits) {
        for (int bit = bits; bit < address.length * 8; bit++) {
            address[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Reads networks like 10.1.0.0/16.
     *
     * @param setting name of the setting that they come from, for messages
     */
    public static List<Network> of(List<String> texts, String setting) {
        return texts.stream()
                .map(text -> read(text).orElseThrow(() -> unusable(text, setting)))
                .toList();
    }

    /** Reads a network from a text known to be valid. */
    public static Network of(String text) {
        return read(text).orElseThrow(() -> new IllegalArgumentException(text + " is not a network"));
    }

    private static Optional<Network> read(String text) {
        // Only digits: a name would be resolved, and 10.1 would mean 10.0.0.1.
        if (!text.matches("([0-9]+(\\.[0-9]+){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)/[0-9]{1,3}")) {
            return Optional.empty();
        }
        int slash = text.indexOf('/');
        try {
            var address = InetAddress.getAllByName(text.substring(0, slash))[0];
            int bits = Integer.parseInt(text.substring(slash + 1));
            return bits > address.getAddress().length * 8 ? Optional.empty() : Optional.of(new Network(address, bits));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static CannotStartException unusable(String text, String setting) {
        return new CannotStartException(
                setting + " has \"" + text + "\", which is not a network",
                "Write networks like 10.1.0.0/16 or fd00::/8, separated by commas.");
    }

    /** Whether the network contains the address. */
    public boolean contains(InetAddress address) {
        return lowest(address.getAddress(), bits).equals(first);
    }

    /** The form used in settings. */
    @Override
    public String toString() {
        return first.getHostAddress() + "/" + bits;
    }
}
