package dev.kiln.api.webhook;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Posts each message over its own connection, to an address that was checked before: Java's HTTP clients resolve names
 * themselves, and would connect to whatever they get then. Only the first line of the answer is read; a redirect is an
 * answer like any other. However slow the receiver, the time is bounded.
 */
final class Posts implements AutoCloseable {

    private static final Duration TO_CONNECT = Duration.ofSeconds(5);
    private static final Duration TO_ANSWER = Duration.ofSeconds(10);
    private static final int MOST_ADDRESSES = 8;
    private static final int LONGEST_LINE = 1024;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( .*)?");

    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "webhook-deadlines");
        thread.setDaemon(true);
        return thread;
    });

    /** Sends to the first of the addresses that takes a connection, and returns the status of the answer. */
    int send(Destination to, List<InetAddress> addresses, Map<String, String> headers, String body) throws IOException {
        try (var plain = connected(to, addresses)) {
            // Closing the socket from outside ends whatever hangs.
            var deadline = deadlines.schedule(() -> close(plain), TO_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            try (var socket = to.tls() ? secured(plain, to) : plain) {
                write(socket, to, headers, body.getBytes(StandardCharsets.UTF_8));
                return status(socket.getInputStream());
            } catch (SocketException e) {
                throw deadline.isDone()
                        ? new SocketTimeoutException("no answer within " + TO_ANSWER.toSeconds() + " s")
                        : e;
            } finally {
                deadline.cancel(false);
            }
        }
    }

    /**
     * A host may have several addresses, of which one is away, or of a kind that this machine has no way to: that is
     * told in many ways, and a connection that is not there has sent nothing.
     */
    private static Socket connected(Destination to, List<InetAddress> addresses) throws IOException {
        var begun = System.nanoTime();
        IOException trouble = null;
        for (var address : addresses.subList(0, Math.min(addresses.size(), MOST_ADDRESSES))) {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, to.port()), (int) TO_CONNECT.toMillis());
                return socket;
            } catch (IOException e) {
                close(socket);
                trouble = trouble == null ? e : trouble;
            }
            if (System.nanoTime() - begun > TO_ANSWER.toNanos()) {
                break;
            }
        }
        throw trouble == null ? new IOException("the host has no address") : trouble;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The socket is closed for its users, and that is what counts.
        }
    }

    /** The certificate must be for the name, whatever the address is. */
    private static SSLSocket secured(Socket plain, Destination to) throws IOException {
        var made = ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, to.host(), to.port(), true);
        if (!(made instanceof SSLSocket socket)) {
            throw new IOException("no TLS");
        }
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static void write(Socket socket, Destination to, Map<String, String> headers, byte[] body)
            throws IOException {
        var head = new StringBuilder("POST " + to.target() + " HTTP/1.1\r\nHost: " + to.authority() + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("User-Agent: Kiln\r\nConnection: close\r\nContent-Length: ")
                .append(body.length)
                .append("\r\n\r\n");
        var out = new BufferedOutputStream(socket.getOutputStream());
        out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.flush();
    }

    private static int status(InputStream in) throws IOException {
        var line = line(in);
        while (line.startsWith("HTTP/1.1 1")) {
            // An interim answer and its empty line precede the real one.
            while (!line.isEmpty()) {
                line = line(in);
            }
            line = line(in);
        }
        var status = STATUS.matcher(line);
        if (!status.matches()) {
            throw new IOException("the answer is not HTTP");
        }
        return Integer.parseInt(status.group(1));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        while (line.length() < LONGEST_LINE) {
            var next = in.read();
            if (next < 0) {
                throw new IOException("the connection was closed without an answer");
            }
            if (next == '\n') {
                return line.toString().stripTrailing();
            }
            line.append((char) next);
        }
        throw new IOException("the first line of the answer has more than " + LONGEST_LINE + " bytes");
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
    }
}
