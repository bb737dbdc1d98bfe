package dev.kiln.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Ports of the loopback address. */
public final class FreePort {

    private FreePort() {}

    /** A port that nobody was listening on a moment ago. */
    public static int any() throws IOException {
        return bind(InetAddress.getLoopbackAddress(), 0);
    }

    /** The port itself, or any free one for 0; fails when another process listens on it. */
    public static int check(int port) throws IOException {
        return check(InetAddress.getLoopbackAddress().getHostAddress(), port);
    }

    /** The same check for an address or a name of this machine. */
    public static int check(String host, int port) throws IOException {
        try {
            return bind(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IOException(
                    "the host name " + host + " cannot be resolved; choose an address of this machine", e);
        } catch (BindException e) {
            throw new IOException(
                    "port " + port + " of " + host + " is taken by another program, not for this user, or of another"
                            + " machine (" + e.getMessage() + "); choose another",
                    e);
        }
    }

    private static int bind(InetAddress address, int port) throws IOException {
        try (var socket = new ServerSocket()) {
            // Ignores connections left over from a server that stopped a moment ago.
            socket.setReuseAddress(port != 0);
            socket.bind(new InetSocketAddress(address, port));
            return socket.getLocalPort();
        }
    }
}
