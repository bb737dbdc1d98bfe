package dev.kiln.api;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;

/**
 * A connection over which requests go byte by byte, one after the other, as an SDK's pool does it. Bytes that the
 * server took for more or less than they are would spoil the request that follows.
 */
final class KeptConnection implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream input;

    KeptConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        input = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends the text, one char a byte, and returns the answer; its length has to be told. */
    Reply send(String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        var status = line();
        var headers = new HashMap<String, String>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            var colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        var length = headers.get("content-length");
        if (length == null) {
            throw new AssertionError("no length: " + status + headers);
        }
        return new Reply(
                Integer.parseInt(status.split(" ", 3)[1]), headers, input.readNBytes(Integer.parseInt(length)));
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (var c = input.read(); c != '\n'; c = input.read()) {
            if (c < 0) {
                throw new EOFException("the server hung up after: " + line);
            }
            line.append((char) c);
        }
        return line.toString().trim();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
