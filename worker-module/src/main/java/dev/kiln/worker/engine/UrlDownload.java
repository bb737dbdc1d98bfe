package dev.kiln.worker.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Fetches the file that COPY or WebDownload names by a URL, bounded in size, time and redirects, from where builds may
 * reach.
 */
final class UrlDownload {

    private static final int MOST_REDIRECTS = 5;

    private final EngineSettings settings;
    private final Reachable reachable;
    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    UrlDownload(EngineSettings settings) {
        this.settings = settings;
        this.reachable = new Reachable(settings);
    }

    /** Writes the file at the URL to the path, within the time and within what the settings allow. */
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
            if (e.getCause() instanceof BuildFailedException failure) {
                throw failure;
            }
            throw failed(url, "failed: " + e.getCause());
        } finally {
            task.cancel(true);
        }
    }

    private boolean follow(URI first, Path file) throws IOException, InterruptedException, BuildFailedException {
        var url = first;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            checkAddress(url);
            var request =
                    HttpRequest.newBuilder(url).timeout(settings.downloadTime()).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (var body = response.body()) {
                var location = response.headers().firstValue("Location");
                if (response.statusCode() / 100 == 3 && location.isPresent()) {
                    url = url.resolve(location.get());
                    continue;
                }
                if (response.statusCode() != 200) {
                    throw failed(url.toString(), "was answered with status " + response.statusCode());
                }
                save(url, body, file);
                return true;
            }
        }
        throw failed(first.toString(), "was redirected more than " + MOST_REDIRECTS + " times");
    }

    private void save(URI url, java.io.InputStream body, Path file) throws IOException, BuildFailedException {
        try (var out = Files.newOutputStream(file)) {
            var buffer = new byte[64 << 10];
            long left = settings.download().toBytes();
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                left -= count;
                if (left < 0) {
                    throw failed(
                            url.toString(),
                            "has more than " + settings.download() + "; the operator can raise kiln.engine.download");
                }
                out.write(buffer, 0, count);
            }
        }
    }

    private void checkAddress(URI url) throws BuildFailedException, SocketException {
        var scheme = url.getScheme();
        if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw failed(url.toString(), "leads to something that is no http or https URL");
        }
        try {
            for (var address : InetAddress.getAllByName(url.getHost())) {
                if (!reachable.contains(address)) {
                    throw failed(
                            url.toString(),
                            "leads to " + address.getHostAddress() + ", which is private, or the worker's own;"
                                    + " the operator can allow that by kiln.engine.private-networks");
                }
            }
        } catch (UnknownHostException e) {
            throw failed(url.toString(), "names an unknown host");
        }
    }

    private static BuildFailedException failed(String url, String why) {
        return new BuildFailedException("BuildCommand.Failed", "fetching " + url + " " + why);
    }
}
