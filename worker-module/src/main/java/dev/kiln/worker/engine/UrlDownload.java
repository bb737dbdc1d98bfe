package dev.kiln.worker.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the file that COPY or WebDownload names by a URL, only from where builds can reach, and with limits of size,
 * time and redirects.
 */
final class UrlDownload {

    private static final int MOST_REDIRECTS = 5;
    private static final Timeout TO_CONNECT = Timeout.ofSeconds(20);

    private final EngineSettings settings;
    private final Limits limits;
    private final CloseableHttpClient client;
    private volatile boolean over;
    private volatile @Nullable HttpGet request;

    /** @param limits what this machine keeps free */
    UrlDownload(EngineSettings settings, Limits limits) {
        this.settings = settings;
        this.limits = limits;
        this.client = client(new Reachable(settings));
    }

    private CloseableHttpClient client(Reachable reachable) {
        var connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new ReachableAlone(reachable))
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(TO_CONNECT)
                        // The limit of the whole download is shorter, and its message names the setting.
                        .setSocketTimeout(Timeout.of(settings.downloadTime().plusMinutes(1)))
                        .build())
                .build();
        return HttpClients.custom()
                .setConnectionManager(connections)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .build();
    }

    /** Each connection goes to an address checked here: a name could resolve to another one a moment later. */
    private final class ReachableAlone extends SystemDefaultDnsResolver {

        private final Reachable reachable;

        private ReachableAlone(Reachable reachable) {
            this.reachable = reachable;
        }

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            var found = super.resolve(host);
            if (over) {
                throw new UnknownHostException(host + ", as far as was known in time");
            }
            for (var address : found) {
                if (!isReachable(address)) {
                    throw new ClosedAddressException(address);
                }
            }
            return found;
        }

        private boolean isReachable(InetAddress address) {
            try {
                return reachable.contains(address);
            } catch (SocketException e) {
                return false;
            }
        }
    }

    private static final class ClosedAddressException extends UnknownHostException {

        private static final long serialVersionUID = 1;

        private ClosedAddressException(InetAddress address) {
            super(address.getHostAddress());
        }
    }

    /** Writes the file at the URL to the path, within the time and the limits of the settings. */
    void fetch(String url, Path file, Duration time) throws IOException, BuildFailedException, InterruptedException {
        var task = new FutureTask<>(() -> follow(URI.create(url), file));
        var longest = time.compareTo(settings.downloadTime()) < 0 ? time : settings.downloadTime();
        var thread = new Thread(task, "url-download");
        thread.setDaemon(true);
        thread.start();
        try {
            task.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw failed(
                    url,
                    "took longer than "
                            + (longest.equals(time)
                                    ? "the timeout of " + time.toSeconds() + " seconds"
                                    : Limits.raise(longest, "kiln.engine.download-time")));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnwritableException trouble) {
                throw trouble;
            }
            throw failure(url, Objects.requireNonNull(e.getCause()));
        } finally {
            over = true;
            client.close(CloseMode.IMMEDIATE);
            var last = request;
            if (last != null) {
                last.cancel();
            }
        }
    }

    private static BuildFailedException failure(String url, Throwable cause) {
        if (cause instanceof BuildFailedException failure) {
            return failure;
        } else if (cause instanceof ClosedAddressException closed) {
            return failed(
                    url,
                    "leads to " + closed.getMessage()
                            + ", which is private, the worker's own or closed; the operator can"
                            + " allow that by kiln.engine.private-networks");
        } else if (cause instanceof UnknownHostException) {
            return failed(url, "names an unknown host");
        }
        return failed(url, "failed: " + cause);
    }

    private boolean follow(URI first, Path file) throws IOException, BuildFailedException {
        var url = first;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            requireHttp(url);
            var location = locationOrSave(url, file);
            if (location.isEmpty()) {
                return true;
            }
            url = next(url, location.get());
        }
        throw failed(first.toString(), "was redirected more than " + MOST_REDIRECTS + " times");
    }

    private static URI next(URI url, String location) throws BuildFailedException {
        try {
            // Java resolves a reference that is only a query against the directory, not against the file as RFC 3986
            // (5.2.2) does.
            return location.startsWith("?") ? url.resolve(url.getRawPath() + location) : url.resolve(location);
        } catch (IllegalArgumentException e) {
            throw failed(url.toString(), "was redirected to something that is no URL: " + e.getMessage());
        }
    }

    /** Saves the answer, or returns where a redirect leads. */
    private Optional<String> locationOrSave(URI url, Path file) throws IOException, BuildFailedException {
        var get = new HttpGet(url);
        request = get;
        try {
            if (over) {
                throw new IOException("it was too late");
            }
            var answer = client.executeOpen(null, get, null);
            var location = answer.getFirstHeader("Location");
            if (answer.getCode() / 100 == 3 && location != null) {
                return Optional.of(location.getValue());
            }
            if (answer.getCode() != 200) {
                throw failed(url.toString(), "was answered with status " + answer.getCode());
            }
            if (answer.getEntity() == null) {
                save(url, InputStream.nullInputStream(), file);
            } else {
                save(url, answer.getEntity().getContent(), file);
            }
            return Optional.empty();
        } finally {
            get.cancel(); // closing the answer would read all the rest of it
        }
    }

    private void save(URI url, InputStream body, Path file) throws IOException, BuildFailedException {
        try (var out = new ScratchFile(file)) {
            var buffer = new byte[64 << 10];
            long left = settings.download().toBytes();
            for (int count = body.read(buffer); count >= 0 && !over; count = body.read(buffer)) {
                left -= count;
                if (left < 0) {
                    throw failed(
                            url.toString(),
                            "has more than " + settings.download() + "; the operator can raise kiln.engine.download");
                }
                out.write(buffer, count);
            }
        }
    }

    /** What goes wrong with it is this machine's fault, and not the fetched thing's. */
    private final class ScratchFile implements AutoCloseable {

        private final OutputStream out;

        private ScratchFile(Path file) throws UnwritableException {
            try {
                out = Files.newOutputStream(file);
            } catch (IOException e) {
                throw new UnwritableException(e);
            }
        }

        private void write(byte[] bytes, int length) throws UnwritableException {
            try {
                limits.checkReserve();
                out.write(bytes, 0, length);
            } catch (IOException e) {
                throw new UnwritableException(e);
            }
        }

        @Override
        public void close() throws UnwritableException {
            try {
                out.close();
            } catch (IOException e) {
                throw new UnwritableException(e);
            }
        }
    }

    private static final class UnwritableException extends IOException {

        private static final long serialVersionUID = 1;

        private UnwritableException(IOException cause) {
            super("keeping what was fetched failed: " + cause, cause);
        }
    }

    private static void requireHttp(URI url) throws BuildFailedException {
        var scheme = url.getScheme();
        if (url.getHost() == null || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
            throw failed(url.toString(), "leads to something that is not an http or https URL");
        }
    }

    private static BuildFailedException failed(String url, String why) {
        return new BuildFailedException("BuildCommand.Failed", "fetching " + url + " " + why);
    }
}
