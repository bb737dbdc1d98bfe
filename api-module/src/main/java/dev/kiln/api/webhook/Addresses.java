package dev.kiln.api.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses webhooks may lead to. Asked when a webhook is made, so that its maker is told, and again before every
 * connection, which is then made to the address that was looked at: a name may lead elsewhere by then.
 */
final class Addresses {

    private final List<Network> allowed;

    Addresses(List<String> privateNetworks) {
        this.allowed = privateNetworks.stream().map(Network::parse).toList();
    }

    /** The host's addresses; fails when there are none, or one of them is not allowed. */
    List<InetAddress> of(String host) throws IOException {
        InetAddress[] found;
        try {
            found = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("nobody knows the host " + host, e);
        }
        for (var address : found) {
            if (!Network.isPublic(address) && allowed.stream().noneMatch(network -> network.contains(address))) {
                // Which one it is would tell a stranger what names mean within.
                throw new IOException("the host " + host
                        + " leads to an address that is not public; the operator can allow networks by"
                        + " kiln.webhooks.private-networks");
            }
        }
        return Arrays.asList(found);
    }
}
