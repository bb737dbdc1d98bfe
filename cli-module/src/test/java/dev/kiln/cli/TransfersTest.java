package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files to and from a server, requests of one's own, keys that expire, and what else an operator asks for. */
class TransfersTest {

    private static final String TEMPLATE = "ip-aaaaaaaaaaaaaaaaaaaa";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> headers = new HashMap<>();
    private HttpServer server;
    private byte[] answer = "{}".getBytes(StandardCharsets.UTF_8);
    private int status = 200;
    private String asked = "";
    private byte[] body = {};
    private String token = "";
    private String authorization = "";

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", this::handle);
        server.start();
        environment.put(
                "KILN_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort());
        environment.put("KILN_ACCESS_KEY_ID", "id");
        environment.put("KILN_ACCESS_KEY_SECRET", "secret");
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void anImageIsDownloadedWhole() throws IOException {
        answer = "clay".getBytes(StandardCharsets.UTF_8);
        headers.put("Kiln-Digest", "sha256:" + RequestSignature.sha256(answer));
        var file = Files.writeString(directory.resolve("golden.tar"), "an older one, that is longer");

        assertThat(run("image", "download", "m-1", file.toString())).as(text()).isZero();

        assertThat(asked).isEqualTo("GET /api/v1/images/m-1/content");
        assertThat(file).hasContent("clay");
        assertThat(text()).isEmpty();
    }

    @Test
    void aLargeImageIsSentWhole() throws IOException {
        answer("{\"imageId\":\"m-1\"}");
        var image = new byte[300_000];
        new Random(7).nextBytes(image);
        var file = Files.write(directory.resolve("golden.tar"), image);

        assertThat(run("image", "import", file.toString(), "--name", "golden"))
                .as(text())
                .isZero();

        assertThat(body).isEqualTo(image);
    }

    @Test
    void whatIsNotTheImageReplacesNothing() throws IOException {
        answer = "clax".getBytes(StandardCharsets.UTF_8);
        headers.put("Kiln-Digest", "sha256:" + RequestSignature.sha256("clay".getBytes(StandardCharsets.UTF_8)));
        var file = Files.writeString(directory.resolve("golden.tar"), "an older one");

        assertThat(run("image", "download", "m-1", file.toString())).isEqualTo(1);

        assertThat(text()).contains("what came has the digest sha256:");
        assertThat(file).hasContent("an older one");
        assertThat(directory).isDirectoryContaining("glob:**/golden.tar");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
        assertThat(run("image", "download", "m-1", directory.toString())).isEqualTo(2);
        assertThat(run("image", "download", "../m-1", file.toString())).isEqualTo(2);
    }

    @Test
    void onATerminalOneSeesHowFarItIs() throws IOException {
        environment.put("KILN_COLUMNS", "80");
        answer = "clay".getBytes(StandardCharsets.UTF_8);
        var file = directory.resolve("golden.tar");

        assertThat(run("image", "download", "m-1", file.toString())).as(text()).isZero();

        assertThat(text()).endsWith("\r\033[K");
        assertThat(ProgressLine.line("Getting m-1", 250_000_000, 1_000_000_000))
                .isEqualTo("Getting m-1  25 % of 1000 MB");
    }

    @Test
    void aDirectoryIsTheContextOfATemplate() throws Exception {
        answer = "{\"digest\":\"sha256:1\"}".getBytes(StandardCharsets.UTF_8);
        var files = Files.createDirectories(directory.resolve("files/conf"));
        Files.writeString(files.resolve("app.conf"), "port=1");

        assertThat(run("template", "context", TEMPLATE, files.getParent().toString()))
                .as(text())
                .isZero();

        assertThat(asked).isEqualTo("PUT /api/v1/templates/" + TEMPLATE + "/context");
        assertThat(text()).isEqualTo("sha256:1\n");
        var archive = Files.write(directory.resolve("context.tar"), body);
        var tar = new ProcessBuilder("tar", "-xOf", archive.toString(), "./conf/app.conf").start();
        assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("port=1");

        assertThat(run("template", "context", TEMPLATE, archive.toString())).isZero();
        assertThat(body).isEqualTo(Files.readAllBytes(archive));
        assertThat(run("template", "context", TEMPLATE, "no such file")).isEqualTo(2);
    }

    @Test
    void anyRequestCanBeSent() throws IOException {
        headers.put("Content-Type", "application/json");
        answer = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

        assertThat(run("rest", "put", "/api/v1/templates/t/step-cache", "-d", "{\"maximalAgeSeconds\":60}"))
                .isZero();
        assertThat(asked).isEqualTo("PUT /api/v1/templates/t/step-cache");
        assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo("{\"maximalAgeSeconds\":60}");
        assertThat(text()).isEqualTo("{\n  \"a\" : 1\n}\n");

        headers.put("Content-Type", "text/plain");
        answer = "as\u0007 it is".getBytes(StandardCharsets.UTF_8);
        assertThat(run("rest", "GET", "/api/v1/x?a=b%20c&d=")).isZero();
        assertThat(asked).isEqualTo("GET /api/v1/x?a=b%20c&d=");
        assertThat(text()).isEqualTo("as\u0007 it is");
        environment.put("KILN_COLUMNS", "80");
        assertThat(run("rest", "GET", "/api/v1/x")).isZero();
        assertThat(text()).isEqualTo("as it is");

        assertThat(run("rest", "GET", "api/v1/x")).isEqualTo(2);
        assertThat(run("rest", "PUT", "/x", "-d", "{}", "-f", "pom.xml")).isEqualTo(2);
    }

    @Test
    void aKeyThatExpiresIsMadeAndUsedWithItsToken() {
        answer = """
                {"accessKeyId":"STS.1","accessKeySecret":"S","securityToken":"T","expiration":"2024-01-01T00:15:00Z"}""".getBytes(StandardCharsets.UTF_8);
        assertThat(run("key", "temporary", "--seconds", "900")).isZero();
        assertThat(asked).isEqualTo("POST /api/v1/temporary-keys");
        assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo("{\"durationSeconds\":900}");
        assertThat(text()).isEqualTo("""
                        # expires 2024-01-01T00:15:00Z
                        export KILN_ACCESS_KEY_ID=STS.1
                        export KILN_ACCESS_KEY_SECRET=S
                        export KILN_SECURITY_TOKEN=T
                        """);
        assertThat(token).isEmpty();
        assertThat(run("key", "temporary", "--seconds", "10")).isEqualTo(2);

        environment.put("KILN_SECURITY_TOKEN", "T");
        assertThat(run("images")).isZero();
        assertThat(token).isEqualTo("T");
        assertThat(authorization).contains("x-acs-security-token");
    }

    @Test
    void accountsAreListedAndAPlaceIsForgotten() {
        answer("""
                {"accounts":[{"accountId":"1","name":"root","root":true,"createdAt":""},
                             {"accountId":"7","name":"team","root":false,"createdAt":""}]}
                """);
        assertThat(run("account", "list")).isZero();
        assertThat(asked).isEqualTo("GET /api/v1/accounts");
        assertThat(text().lines().map(String::strip))
                .containsExactly("ACCOUNT  NAME  MADE", "1        root        root", "7        team");

        answer("{\"clean\":true,\"places\":[{\"place\":\"engine-1\"}]}");
        assertThat(run("doctor", "--forget", "engine-1")).isZero();
        assertThat(run("doctor", "--forget", "../x")).isEqualTo(2);
        assertThat(run("targets")).isEqualTo(2);
        assertThat(text()).contains("command targets is not known; there is targets list, targets retry");
    }

    @Test
    void aKeyThatIsNotThereIsNotTheOneThatSigned() {
        status = 404;
        answer("{\"code\":\"InvalidAccessKeyId.NotFound\",\"detail\":\"There is no access key \\\"nope\\\".\"}");

        assertThat(run("key", "delete", "nope")).isEqualTo(1);
        assertThat(text()).isEqualTo("kiln: refused: InvalidAccessKeyId.NotFound: There is no access key \"nope\".\n");
        assertThat(run("images")).isEqualTo(1);
        assertThat(text()).contains("check KILN_ACCESS_KEY_ID");
    }

    private void answer(String text) {
        answer = text.getBytes(StandardCharsets.UTF_8);
    }

    private int run(String... words) {
        out.reset();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        return Main.run(List.of(words), new Surroundings(environment, directory), print, print);
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            body = exchange.getRequestBody().readAllBytes();
            asked = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            var sent = exchange.getRequestHeaders();
            token = Objects.requireNonNullElse(sent.getFirst("x-acs-security-token"), "");
            authorization = Objects.requireNonNullElse(sent.getFirst("Authorization"), "");
            headers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }
}
