package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kiln.testing.TestSeed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** What a build fetches by a URL, from a server on this machine's loopback, which the operator allows here. */
@Timeout(120)
class UrlDownloadTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    private Path directory;

    private HttpServer server;
    private TestSettings settings;
    private Path file;

    @BeforeEach
    void begin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        settings = TestSettings.of(directory).privateNetworks("127.0.0.1/32");
        file = directory.resolve("fetched");
    }

    @AfterEach
    void end() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aFileArrivesByteForByte() throws Exception {
        var content = new byte[300_000];
        TestSeed.random("aFileArrivesByteForByte").nextBytes(content);
        serve("/file", exchange -> answer(exchange, 200, content));

        fetch("/file", LONG);

        assertThat(file).hasBinaryContent(content);
    }

    @Test
    void aCopyOfAUrlIsAFileOfTheImageThatAllMayRead() throws Exception {
        serve("/tool.txt", exchange -> answer(exchange, 200, "from afar\n".getBytes(StandardCharsets.UTF_8)));
        var content = "COPY " + url("/tool.txt") + " /opt\nRUN cat /opt/tool.txt; stat -c %a /opt/tool.txt";
        var request = new BuildRequest(
                "exec-url",
                BusyboxBase.image(),
                BuildEngineContract.commands(content),
                Optional.empty(),
                true,
                64L << 20);
        var output = new RecordedOutput();

        new SandboxBuildEngine(
                        settings.network(EngineSettings.BuildNetwork.WORKER).build())
                .test(request, output);

        assertThat(output.text()).contains("from afar\n644\n");
    }

    @Test
    void fiveRedirectsAreFollowedAndNoSixth() throws Exception {
        var asked = new AtomicInteger();
        serve("/", exchange -> {
            asked.incrementAndGet();
            var left = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
            if (left > 0) {
                // Relative to where it is asked for, as servers may say it.
                redirect(exchange, Integer.toString(left - 1));
            } else {
                answer(exchange, 200, new byte[] {7});
            }
        });

        fetch("/5", LONG);
        assertThat(file).hasBinaryContent(new byte[] {7});

        asked.set(0);
        assertFails("/99", LONG).hasMessageContaining("was redirected more than 5 times");
        assertThat(asked).hasValue(6);
    }

    @Test
    void aRedirectThatChangesTheQueryAloneStaysAtItsPath() throws Exception {
        serve("/", exchange -> {
            if (exchange.getRequestURI().getQuery() == null) {
                redirect(exchange, "?v=2");
            } else {
                answer(exchange, 200, exchange.getRequestURI().toString().getBytes(StandardCharsets.UTF_8));
            }
        });

        download().fetch(url("/a/b").replace("http:", "HTTP:"), file, LONG);

        assertThat(file).hasContent("/a/b?v=2");
    }

    @Test
    void aFileThatCannotBeKeptIsTheMachinesFault() throws Exception {
        serve("/", exchange -> answer(exchange, 200, new byte[] {7}));
        Files.createDirectory(file);

        assertThatThrownBy(() -> fetch("/", LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("keeping what was fetched failed");
    }

    @Test
    void aFileIsNotFetchedIntoSpaceThatIsToBeLeftFree() {
        serve("/", exchange -> answer(exchange, 200, new byte[] {7}));
        settings.reserve(DataSize.ofTerabytes(1000));

        assertThatThrownBy(() -> fetch("/", LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bytes are free");
        assertThat(file).isEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "http://[::1]:1/",
                "http://[::ffff:10.0.0.1]/",
                "//10.0.0.1/",
                "https://192.168.0.1/"
            })
    void aRedirectToAPrivateAddressIsRefusedByTheSettingThatAllowsIt(String location) {
        serve("/", exchange -> redirect(exchange, location));

        assertFails("/", LONG)
                .hasMessageContaining("which is private")
                .hasMessageContaining("kiln.engine.private-networks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/file", "jar:file:///a.jar!/b", "http:///file"})
    void aRedirectToWhatIsNotHttpIsRefused(String location) {
        serve("/", exchange -> redirect(exchange, location));

        assertFails("/", LONG).hasMessageContaining("leads to something that is not an http or https URL");
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304, 404, 500})
    void anAnswerWithoutTheFileFailsWithItsStatus(int status) {
        serve("/", exchange -> answer(exchange, status, new byte[0]));

        assertFails("/", LONG).hasMessageContaining("was answered with status " + status);
        assertThat(file).doesNotExist();
    }

    @Test
    void aFileOfTheLargestSizeArrivesAndALargerOneIsRefusedBeforeItsEnd() throws Exception {
        settings.downloadBytes(200_000);
        var closed = new CountDownLatch(1);
        serve("/largest", exchange -> answer(exchange, 200, new byte[200_000]));
        serve("/long", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                for (int part = 0; part < 500; part++) {
                    body.write(new byte[100_000]);
                }
            } catch (IOException e) {
                closed.countDown();
            }
        });

        fetch("/largest", LONG);
        assertThat(file).hasSize(200_000);

        assertFails("/long", LONG)
                .hasMessageContaining("has more than 200000B")
                .hasMessageContaining("the operator can raise kiln.engine.download");
        assertThat(Files.size(file)).isLessThanOrEqualTo(200_000);
        assertThat(closed.await(30, TimeUnit.SECONDS))
                .as("nothing more is sent")
                .isTrue();
    }

    @Test
    void aServerThatDoesNotAnswerInTimeIsGivenUp() {
        serve("/", exchange -> end.await());

        assertFails("/", Duration.ofSeconds(1)).hasMessageContaining("took longer than the timeout of 1 seconds");
    }

    @Test
    void aFileThatDoesNotComeToItsEndInTimeIsGivenUp() {
        settings.downloadTime(Duration.ofSeconds(3));
        serve("/", exchange -> {
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            end.await();
        });

        assertFails("/", LONG)
                .hasMessageContaining("took longer than 3 seconds; the operator can raise kiln.engine.download-time");
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("url-download")));
    }

    private interface Answer {

        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private void serve(String path, Answer answer) {
        server.createContext(path, exchange -> {
            try {
                answer.to(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                exchange.close();
            }
        });
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        answer(exchange, 302, new byte[0]);
    }

    private static void answer(HttpExchange exchange, int status, byte[] content) throws IOException {
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private void fetch(String path, Duration time) throws Exception {
        download().fetch(url(path), file, time);
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertFails(String path, Duration time) {
        return assertThatThrownBy(() -> fetch(path, time)).isInstanceOf(BuildFailedException.class);
    }

    private UrlDownload download() {
        var built = settings.build();
        var scratch = new Scratch(directory, false, 1 << 20, new ControlGroup("none", built));
        return new UrlDownload(built, new Limits(built, scratch));
    }
}
