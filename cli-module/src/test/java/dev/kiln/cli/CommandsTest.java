package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a server that checks every signature as it arrives, and answers what the test says. */
class CommandsTest {

    private static final AccessKey KEY = new AccessKey("test-id", "test-secret");

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private HttpServer server;
    private int status = 200;
    private String answer = "{}";
    private String seenRequest = "";
    private String seenBody = "";
    private boolean signedRightly;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", this::handle);
        server.start();
        environment.put(
                "KILN_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort());
        environment.put("KILN_ACCESS_KEY_ID", KEY.id());
        environment.put("KILN_ACCESS_KEY_SECRET", KEY.secret());
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void accountCreatePrintsTheIdAndTheKey() {
        answer = "{\"accountId\":\"1000000000000001\",\"accessKeyId\":\"AK\",\"accessKeySecret\":\"SK\"}";

        assertThat(run("account", "create", "--id", "1000000000000001", "--name", "pött er"))
                .isZero();

        assertThat(signedRightly).isTrue();
        assertThat(seenRequest).isEqualTo("POST /api/v1/accounts");
        assertThat(seenBody).isEqualTo("{\"name\":\"pött er\",\"id\":\"1000000000000001\"}");
        assertThat(text(out)).isEqualTo("""
                        # account id 1000000000000001
                        export KILN_ACCESS_KEY_ID=AK
                        export KILN_ACCESS_KEY_SECRET=SK
                        """);
    }

    @Test
    void keyCreateSendsThePolicyAsItStandsInTheFile() throws IOException {
        var policy = Files.writeString(directory.resolve("policy.json"), "{\"Version\": \"1\"}");
        answer = "{\"accountId\":\"7\",\"accessKeyId\":\"AK\",\"accessKeySecret\":\"SK\"}";

        assertThat(run("key", "create", "--policy", policy.toString(), "--account", "7"))
                .isZero();

        assertThat(signedRightly).isTrue();
        assertThat(seenRequest).isEqualTo("POST /api/v1/keys");
        assertThat(seenBody).isEqualTo("{\"accountId\":\"7\",\"policy\":\"{\\\"Version\\\": \\\"1\\\"}\"}");
        assertThat(text(out)).isEqualTo("""
                        # account id 7
                        export KILN_ACCESS_KEY_ID=AK
                        export KILN_ACCESS_KEY_SECRET=SK
                        """);
        assertThat(run("key", "create", "--policy", "no such file")).isEqualTo(2);
    }

    @Test
    void keysAreListedSwitchedAndDeleted() {
        answer = """
                {"keys":[{"accessKeyId":"A1","active":true,"policies":[]},
                         {"accessKeyId":"A2","active":false,"policies":["{}"]}]}
                """;
        assertThat(run("key", "list", "--account", "7")).isZero();
        assertThat(seenRequest).isEqualTo("GET /api/v1/keys?accountId=7");
        assertThat(text(out)).isEqualTo("""
                        KEY  STATE     MAY DO       MADE
                        A1   active    everything
                        A2   disabled  policies: 1
                        """);

        answer = "{\"accessKeyId\":\"A1\",\"active\":false}";
        assertThat(run("key", "disable", "A1")).isZero();
        assertThat(seenRequest).isEqualTo("POST /api/v1/keys/A1/disable");
        assertThat(run("key", "enable", "A1")).isZero();
        assertThat(seenRequest).isEqualTo("POST /api/v1/keys/A1/enable");
        answer = "";
        assertThat(run("key", "delete", "A1")).isZero();
        assertThat(seenRequest).isEqualTo("DELETE /api/v1/keys/A1");

        for (var wrong : List.of("key", "key make", "key delete", "key delete a/b", "key list A1")) {
            assertThat(run(wrong.split(" "))).as(wrong).isEqualTo(2);
        }
    }

    @Test
    void imageImportSendsTheFileAndPrintsTheId() throws IOException {
        var file = Files.writeString(directory.resolve("base.tar"), "clay");
        answer = "{\"imageId\":\"m-1\"}";

        assertThat(run("image", "import", file.toString(), "--name=base image", "--family", "f"))
                .isZero();

        assertThat(signedRightly).isTrue();
        assertThat(seenRequest).isEqualTo("POST /api/v1/images?family=f&name=base%20image&regionId=cn-hangzhou");
        assertThat(seenBody).isEqualTo("clay");
        assertThat(text(out)).isEqualTo("m-1\n");
    }

    @Test
    void doctorPrintsATableAndItsStatusSaysWhetherAnythingIsLeft() {
        answer = """
                {"clean":false,"places":[{"place":"engine-1","worker":"host-1","secondsAgo":7}],"findings":[
                 {"place":"cn-one","kind":"BASE_IMAGE","name":"images/m-1/","execution":"exec-1","seconds":7300,
                  "verdict":"LEFT","detail":"why"}]}
                """;

        assertThat(run("doctor")).isEqualTo(1);

        assertThat(signedRightly).isTrue();
        assertThat(seenRequest).isEqualTo("GET /api/v1/doctor");
        assertThat(text(out)).isEqualTo("""
                        PLACE   KIND        NAME         EXECUTION  AGE  VERDICT  DETAIL
                        cn-one  base image  images/m-1/  exec-1     2 h  left     why
                        searched engine-1 7 s ago by host-1
                        """);
    }

    @Test
    void doctorRemovesWhenThatIsAskedAndNothingLeftIsSuccess() {
        answer = "{\"clean\":true,\"findings\":[],\"places\":[]}";

        assertThat(run("doctor", "--remove")).isZero();

        assertThat(seenRequest).isEqualTo("POST /api/v1/doctor");
        assertThat(text(out)).isEqualTo("Nothing was left behind.\n");
        assertThat(run("doctor", "now")).isEqualTo(2);
    }

    @Test
    void differencesOfAnImageAreATable() {
        answer = """
                {"imageId":"m-2","to":"m-1","added":[{"name":"vim","version":"9"}],
                 "removed":[{"name":"nano","version":"7"}],"changed":[{"name":"curl","before":"7.88","now":"8.5"}]}
                """;

        assertThat(run("images", "differences", "m-2")).isZero();

        assertThat(seenRequest).isEqualTo("GET /api/v1/images/m-2/packages/differences?to=previous");
        assertThat(text(out)).isEqualTo("""
                        PACKAGE  IN m-1  NOW
                        curl     7.88    8.5
                        vim      -       9
                        nano     7       -
                        """);
    }

    @Test
    void workersTellsWhoCanDoWhat() {
        answer = """
                {"workers":[{"name":"w-1","slots":2,"architecture":"amd64","able":["disks","machines"],
                 "lacking":{"kvm":"there is none","network":"no tunnel"},"since":"2024-01-01T00:00:00Z"}]}
                """;

        assertThat(run("workers")).isZero();

        assertThat(seenRequest).isEqualTo("GET /api/v1/workers");
        assertThat(text(out)).isEqualTo("""
                        WORKER  SLOTS  PROCESSOR  CAN             CANNOT
                        w-1     2      amd64      disks machines  kvm: there is none
                                                                  network: no tunnel
                        """);
    }

    @Test
    void aScheduleIsSetShownAndTakenAway() {
        var template = "ip-aaaaaaaaaaaaaaaaaaaa";
        answer = """
                {"templateId":"ip-aaaaaaaaaaaaaaaaaaaa","cron":"30 2 * * *","timeZone":"Europe/Berlin","whileRunning":"queue",
                 "nextAt":"2024-06-01T00:30:00Z","last":{"at":"2024-05-31T00:30:00Z","outcome":"STARTED",
                 "message":"due at 2024-05-31T00:30:00Z","executionId":"exec-1"}}
                """;
        assertThat(run("template", "schedule", template, "--cron", "30 2 * * *", "--zone", "Europe/Berlin"))
                .isZero();
        assertThat(signedRightly).isTrue();
        assertThat(seenRequest).isEqualTo("PUT /api/v1/templates/" + template + "/schedule");
        assertThat(seenBody).isEqualTo("{\"cron\":\"30 2 * * *\",\"timeZone\":\"Europe/Berlin\"}");
        assertThat(text(out)).isEqualTo("""
                        cron            30 2 * * *
                        time zone       Europe/Berlin
                        while one runs  queue
                        next            2024-06-01T02:30:00+02:00
                        last            2024-05-31T02:30:00+02:00, started
                                        due at 2024-05-31T00:30:00Z
                        last execution  exec-1
                        """);
        assertThat(run("template", "schedule", template)).isZero();
        assertThat(seenRequest).isEqualTo("GET /api/v1/templates/" + template + "/schedule");
        answer = "{\"timeZone\":\"Mars/Olympus\",\"nextAt\":\"2024-06-01T00:30:00Z\"}";
        assertThat(run("template", "schedule", template)).isZero();
        assertThat(text(out)).endsWith("next            2024-06-01T00:30:00Z\n");
        assertThat(run("template", "schedule", template, "--remove")).isZero();
        assertThat(seenRequest).isEqualTo("DELETE /api/v1/templates/" + template + "/schedule");
        assertThat(run("template", "schedule", template, "--zone", "UTC")).isEqualTo(2);
        assertThat(run("template", "schedule", template, "--remove", "--cron", "@daily"))
                .isEqualTo(2);
    }

    @Test
    void aTemplateIsRebuiltOrNot() {
        var template = "ip-aaaaaaaaaaaaaaaaaaaa";
        answer = "{\"templateId\":\"ip-aaaaaaaaaaaaaaaaaaaa\",\"onBaseChange\":true,\"baseImageId\":\"m-1\"}";
        assertThat(run("template", "rebuild", template, "--on-base-change", "yes"))
                .isZero();
        assertThat(seenRequest).isEqualTo("PUT /api/v1/templates/" + template + "/rebuild");
        assertThat(seenBody).isEqualTo("{\"onBaseChange\":true}");
        assertThat(text(out)).isEqualTo("on base change  yes\nbase image      m-1\n");
        assertThat(run("template", "rebuild", template)).isZero();
        assertThat(seenRequest).isEqualTo("GET /api/v1/templates/" + template + "/rebuild");
        assertThat(run("template", "rebuild", template, "--on-base-change", "maybe"))
                .isEqualTo(2);
    }

    @Test
    void callPrintsTheAnswer() {
        answer = "{\"RequestId\":\"1\"}";

        assertThat(run("call", "DescribeImages", "RegionId=cn-hangzhou", "ImageName=a*b~c d=e"))
                .isZero();

        assertThat(signedRightly).isTrue();
        assertThat(seenRequest).isEqualTo("POST /?ImageName=a%2Ab~c%20d%3De&RegionId=cn-hangzhou");
        assertThat(text(out)).contains("\"RequestId\" : \"1\"");
    }

    @Test
    void aRefusalIsOneLineAndStatusOne() {
        status = 404;
        answer = "{\"Code\":\"InvalidImageId.NotFound\",\"Message\":\"There is no such image.\"}";

        assertThat(run("call", "DeleteImage", "ImageId=m-1")).isEqualTo(1);
        assertThat(text(err)).isEqualTo("kiln: refused: InvalidImageId.NotFound: There is no such image.\n");
    }

    @Test
    void aProblemOfTheRestApiIsReadToo() {
        var refusal = SignedClient.refusal(409, "{\"title\":\"Conflict\",\"detail\":\"taken\",\"status\":409}");

        assertThat(refusal.code()).isEqualTo("Conflict");
        assertThat(refusal).hasMessage("taken");
        assertThat(SignedClient.refusal(502, "<html>").getMessage()).isEqualTo("HTTP status 502");
        assertThat(SignedClient.refusal(502, "").getMessage()).isEqualTo("HTTP status 502");
    }

    @Test
    void theKeyIsTakenFromTheDataDirectoryWhenTheEnvironmentHasNone() throws IOException {
        environment.remove("KILN_ACCESS_KEY_ID");
        environment.remove("KILN_ACCESS_KEY_SECRET");
        assertThat(run("call", "DescribeRegions")).isEqualTo(2);
        assertThat(text(err)).contains("KILN_ACCESS_KEY_ID").contains("root-key");

        Files.createDirectory(directory.resolve("data"));
        Files.createFile(directory.resolve("data/root-key"));
        assertThat(run("call", "DescribeRegions")).isEqualTo(2);
        assertThat(text(err)).contains("root-key does not hold KILN_ACCESS_KEY_ID");
        Files.writeString(
                directory.resolve("data/root-key"), "KILN_ACCESS_KEY_ID=test-id\nKILN_ACCESS_KEY_SECRET=test-secret\n");
        assertThat(run("call", "DescribeRegions")).isZero();
        assertThat(signedRightly).isTrue();
    }

    @Test
    void whatCannotBePrintedIsNoSuccess() {
        var full = new PrintStream(new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("No space left on device");
            }
        });

        assertThat(Main.written(full, print(err), 0)).isZero();
        full.print("a secret that is shown once");
        assertThat(Main.written(full, print(err), 0)).isEqualTo(1);
        assertThat(Main.written(full, print(err), 13)).isEqualTo(13);
        assertThat(text(err).lines()).singleElement().asString().contains("could not be written");
    }

    @Test
    void aNumberThatYamlWouldChangeIsRefusedInATemplate() throws IOException {
        for (var value : List.of("12.10", "2024-06-01", "1e3")) {
            var file = Files.writeString(directory.resolve("t.yaml"), "Name: x\nDescription: " + value + "\n");
            assertThat(run("template", "create", "-f", file.toString())).isEqualTo(2);
        }
        assertThat(text(err)).contains("Description is a number or a date for YAML");
        assertThat(seenRequest).isEmpty();
    }

    @Test
    void nonsenseIsStatusTwoAndSaysWhy() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("fire")).isEqualTo(2);
        assertThat(run("account", "delete")).isEqualTo(2);
        assertThat(run("account", "create")).isEqualTo(2);
        assertThat(run("account", "create", "--id", "1.5", "--name", "x")).isEqualTo(2);
        assertThat(run("account", "create", "--name")).isEqualTo(2);
        assertThat(run("account", "create", "--name", "x", "--name", "y")).isEqualTo(2);
        assertThat(run("image", "import", "--name", "x")).isEqualTo(2);
        assertThat(run("image", "import", "missing.tar", "--name", "x")).isEqualTo(2);
        assertThat(run("call", "DescribeImages", "RegionId")).isEqualTo(2);
        environment.put("KILN_ENDPOINT", "127.0.0.1:8080");
        assertThat(run("call", "DescribeImages")).isEqualTo(2);
        assertThat(text(err).lines()).hasSize(10).allMatch(line -> line.startsWith("kiln: "));
        assertThat(seenRequest).isEmpty();
    }

    private int run(String... words) {
        return Main.run(List.of(words), new Surroundings(environment, directory), print(out), print(err));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = exchange.getRequestBody().readAllBytes();
            seenBody = new String(body, StandardCharsets.UTF_8);
            seenRequest = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            signedRightly = isSignedRightly(exchange, body);
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static boolean isSignedRightly(HttpExchange exchange, byte[] body) {
        var headers = new TreeMap<String, String>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        var signature = new RequestSignature(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                query(exchange.getRequestURI().getRawQuery()),
                headers,
                RequestSignature.sha256(body));
        return signature.authorization(KEY).equals(headers.get("authorization"));
    }

    private static Map<String, String> query(@Nullable String sent) {
        var query = new TreeMap<String, String>();
        if (sent != null) {
            for (var pair : sent.split("&", -1)) {
                var equals = pair.indexOf('=');
                query.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
