package dev.kiln.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports of the loopback address. */
public final class FreePort {

    private FreePort() {}

    /** A port that nobody listened on a moment ago. */
    public static int any() throws IOException {
        return bind(0);
    }

    /** The port itself, or any free one for 0; fails when somebody listens on it. */
    public static int check(int port) throws IOException {
        try {
            return bind(port);
        } catch (BindException e) {
            throw new IOException(
                    "port " + port + " of 127.0.0.1 is taken by another program, or not for this user ("
                            + e.getMessage() + "); choose another",
                    e);
        }
    }

    private static int bind(int port) throws IOException {
        try (var socket = new ServerSocket()) {
            // Connections of a server that stopped a moment ago do not count as somebody who listens.
            socket.setReuseAddress(port != 0);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        }
    }
}
