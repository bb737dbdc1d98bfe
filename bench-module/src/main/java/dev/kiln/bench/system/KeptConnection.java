package dev.kiln.bench.system;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One HTTP/1.1 connection that is used as long as the server keeps it; does no more than it must. */
public final class KeptConnection implements Closeable {

    private static final String LENGTH = "content-length:";

    private final URI server;
    private Socket socket;
    private InputStream input;

    public KeptConnection(URI server) throws IOException {
        this.server = server;
        this.socket = connect(server);
        this.input = new BufferedInputStream(socket.getInputStream());
    }

    private static Socket connect(URI server) throws IOException {
        var socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** A request without a body, as sent. */
    public static byte[] bytes(HttpRequest request) {
        var uri = request.uri();
        var path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        var text =
                new StringBuilder(request.method() + " " + path + " HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\n");
        request.headers()
                .map()
                .forEach((name, values) -> values.forEach(
                        value -> text.append(name).append(": ").append(value).append("\r\n")));
        return text.append("Content-Length: 0\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Sends it and returns the body of the answer; throws with the answer's text when it is not a success. */
    public byte[] send(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        var status = line();
        var length = 0;
        var last = false;
        for (var header = line().toLowerCase(Locale.ROOT);
                !header.isEmpty();
                header = line().toLowerCase(Locale.ROOT)) {
            if (header.startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()).trim());
            }
            last |= header.equals("connection: close");
        }
        var body = input.readNBytes(length);
        if (!status.startsWith("HTTP/1.1 2")) {
            throw new IOException(status + " " + new String(body, StandardCharsets.UTF_8));
        }
        if (last) {
            socket.close();
            socket = connect(server);
            input = new BufferedInputStream(socket.getInputStream());
        }
        return body;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (var c = input.read(); c != '\n'; c = input.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
