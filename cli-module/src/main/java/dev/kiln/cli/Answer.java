package dev.kiln.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One request that was sent, and its answer. Uses the oldest of Java's HTTP clients: the newer one takes a third of a
 * second to initialise, longer than most commands run.
 */
final class Answer implements Closeable {

    private static final int TO_CONNECT = 10_000;

    private static final int LARGE = 64 * 1024;

    private final HttpURLConnection connection;

    private Answer(HttpURLConnection connection) {
        this.connection = connection;
    }

    /**
     * Sends the request and returns when the answer begins.
     *
     * @param silence how long a server may send nothing before it counts as gone
     */
    static Answer of(URI address, String method, Map<String, String> headers, RequestBody body, Duration silence)
            throws IOException {
        if (!(address.toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new IOException(address + " is not reached by HTTP");
        }
        connection.setConnectTimeout(TO_CONNECT);
        connection.setReadTimeout(Math.toIntExact(silence.toMillis()));
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestMethod(method);
        headers.forEach(connection::setRequestProperty);
        if (body.length() > 0) {
            send(body, connection);
        }
        if (connection.getResponseCode() < 0) {
            throw new IOException(address.getAuthority() + " does not answer in HTTP");
        }
        return new Answer(connection);
    }

    private static void send(RequestBody body, HttpURLConnection connection) throws IOException {
        connection.setDoOutput(true);
        // A server that refuses an upload answers before it has read all of it. Java reads that answer only where no
        // length was announced.
        if (body.length() > LARGE) {
            connection.setChunkedStreamingMode(LARGE);
        } else {
            connection.setFixedLengthStreamingMode(body.length());
        }
        var out = connection.getOutputStream();
        try (out) {
            body.writeTo(out);
        } catch (FileSystemException e) {
            throw e; // about the file that is sent
        } catch (IOException e) {
            // An answer says more than the failure.
            if (!isAnswered(connection)) {
                throw new IOException(
                        "the server ended the upload before its end; it may have refused it (name, region, quota,"
                                + " size): the server's log says why",
                        e);
            }
        }
    }

    private static boolean isAnswered(HttpURLConnection connection) {
        try {
            return connection.getResponseCode() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    int status() throws IOException {
        return connection.getResponseCode();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(connection.getHeaderField(name));
    }

    /** The body of the answer, also of a refusal. */
    InputStream body() throws IOException {
        var stream = status() >= 400 ? connection.getErrorStream() : connection.getInputStream();
        return stream == null ? InputStream.nullInputStream() : stream;
    }

    @Override
    public void close() throws IOException {
        body().close();
    }
}
