package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kiln.execution.Advance;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Executions;
import dev.kiln.secret.SecretSeal;
import dev.kiln.testing.TestSeed;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WebhooksIT {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int EXECUTIONS = 10;

    /** One try of a message, as it arrived. */
    private record Arrival(String path, JsonNode event, boolean signed, boolean taken) {

        String execution() {
            return event.path("subject").asString("");
        }

        int sequence() {
            return event.at("/data/sequence").asInt(0);
        }
    }

    @TempDir
    private static Path regions;

    private static ApiServer server;

    private final Random random = TestSeed.random("WebhooksIT");
    private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
    private HttpServer receiver;
    private volatile String secret = "";
    private volatile boolean fails;

    @BeforeAll
    static void startServer() {
        var settings = Map.of("kiln.webhooks.private-networks", "127.0.0.0/8", "kiln.webhooks.back-off", "20ms");
        server = ApiServer.start(TestServers.freshDatabase(), regions, settings);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void startReceiver() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        receiver.setExecutor(Executors.newFixedThreadPool(4));
        receiver.createContext("/", this::receive);
        receiver.start();
    }

    @AfterEach
    void stopReceiver() {
        receiver.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook?for=kiln";
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var fault = fails ? random.nextInt(6) : 5;
            var path = exchange.getRequestURI().getPath();
            arrivals.add(new Arrival(path, JSON.readTree(body), isSigned(exchange, body), fault > 2));
            switch (fault) {
                case 0 -> exchange.sendResponseHeaders(500, -1);
                case 1 -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    exchange.sendResponseHeaders(302, -1);
                }
                case 2 -> exchange.close();
                default -> exchange.sendResponseHeaders(204, -1);
            }
        }
    }

    private boolean isSigned(HttpExchange exchange, String body) {
        try {
            var headers = exchange.getRequestHeaders();
            var time = headers.getFirst("webhook-timestamp");
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replace("whsec_", "")), "HmacSHA256"));
            var content = headers.getFirst("webhook-id") + "." + time + "." + body;
            var wanted = Base64.getEncoder().encodeToString(mac.doFinal(content.getBytes(StandardCharsets.UTF_8)));
            return headers.getFirst("webhook-signature").equals("v1," + wanted)
                    && Math.abs(Instant.now().getEpochSecond() - Long.parseLong(time)) < 60
                    && exchange.getRequestURI().toString().equals("/hook?for=kiln");
        } catch (Exception e) {
            return false;
        }
    }

    private Reply create(WireClient client, String url) {
        return create(client, url, null);
    }

    private Reply create(WireClient client, String url, @Nullable String template) {
        var wanted = JSON.createObjectNode().put("url", url).put("template", template);
        return client.rest("POST", "/api/v1/webhooks", wanted.toString());
    }

    @Test
    void aReceiverThatFailsHalfTheTimeGetsEveryEventInOrderAndNobodyElseDoes() {
        var client = server.newAccount();
        var made = create(client, url());
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        secret = made.at("secret");
        fails = true;
        var executions = run(client);
        var other = server.newAccount();
        new TestObjects(server, other)
                .start(new TestObjects(server, other).template(new TestObjects(server, other).image("other")));

        Awaitility.await("all are delivered")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(arrivals.stream().filter(Arrival::taken)).hasSize(3 * EXECUTIONS));
        assertThat(arrivals).allMatch(Arrival::signed);
        for (var execution : executions) {
            var mine = arrivals.stream()
                    .filter(one -> one.execution().equals(execution))
                    .toList();
            assertThat(mine.stream().filter(Arrival::taken))
                    .extracting(Arrival::sequence)
                    .containsExactly(1, 2, 3);
            assertThat(mine).extracting(Arrival::sequence).isSorted();
        }
        assertThat(arrivals).extracting(Arrival::execution).containsOnly(executions.toArray(String[]::new));

        tellsWhatItDidAndNoSecret(client, other, made.at("webhookId"));
    }

    private static List<String> run(WireClient client) {
        var objects = new TestObjects(server, client);
        var image = objects.image("base");
        var started = new ArrayList<String>();
        for (var number = 0; number < EXECUTIONS; number++) {
            started.add(run(objects, objects.template(image)));
        }
        return started;
    }

    /** Three events of an execution. */
    private static String run(TestObjects objects, String template) {
        var execution = objects.start(template);
        var worker = new Executions(server.jdbc());
        var attempt = worker.claim(server.jdbc(), new ExecutionId(execution), "worker", "somewhere")
                .orElseThrow();
        worker.advance(
                attempt,
                Advance.to(ExecutionStatus.BUILDING, "one \"quoted\" line"),
                Advance.to(ExecutionStatus.DISTRIBUTING, "zwei"));
        objects.finish(execution, "SUCCESS");
        return execution;
    }

    private void tellsWhatItDidAndNoSecret(WireClient client, WireClient other, String id) {
        var path = "/api/v1/webhooks/" + id;
        var log = client.rest("GET", path + "/deliveries", "");
        assertThat(JSON.readTree(log.text()).path("deliveries").valueStream())
                .hasSize(3 * EXECUTIONS)
                .allMatch(line -> line.path("state").asString().equals("DELIVERED"))
                .anyMatch(line -> line.path("attempts").asInt() > 1);
        assertThat(client.rest("GET", "/api/v1/webhooks", "").text())
                .contains(id)
                .doesNotContain("secret");
        assertThat(server.jdbc()
                        .sql("select encode(secret, 'escape') from webhook where id = :id")
                        .param("id", id)
                        .query(String.class)
                        .single())
                .doesNotContain(secret);

        for (var request : List.of("GET /deliveries", "POST /test", "DELETE ")) {
            var words = request.split(" ", 2);
            assertThat(other.rest(words[0], path + words[1], "").refusal()).isEqualTo("404 InvalidWebhookId.NotFound");
        }
        fails = false;
        assertThat(client.rest("POST", path + "/test", "").status()).isEqualTo(202);
        Awaitility.await()
                .until(() -> arrivals.stream()
                        .anyMatch(one -> one.signed()
                                && one.event().path("type").asString().equals("dev.kiln.webhook.test")));
        assertThat(client.rest("DELETE", path, "").status()).isEqualTo(204);
        assertThat(client.rest("GET", "/api/v1/webhooks", "").text()).isEqualTo("{\"webhooks\":[]}");
    }

    @Test
    void aWebhookOfATemplateIsToldOfItsExecutionsAloneAndGoesWithIt() {
        var client = server.newAccount();
        var objects = new TestObjects(server, client);
        var image = objects.image("base");
        var one = objects.template(image);
        var two = objects.template(image);
        createdFor(client, "/one", one);
        createdFor(client, "/two", two);
        createdFor(client, "/all", null);
        var executions = List.of(run(objects, one), run(objects, two), run(objects, one));

        Awaitility.await().untilAsserted(() -> assertThat(arrivals).hasSize(18));
        assertThat(told("/one")).containsExactlyInAnyOrderElementsOf(events(executions.get(0), executions.get(2)));
        assertThat(told("/two")).containsExactlyInAnyOrderElementsOf(events(executions.get(1)));
        assertThat(told("/all")).containsExactlyInAnyOrderElementsOf(events(executions.toArray(String[]::new)));
        for (var path : List.of("/one", "/two", "/all")) {
            for (var execution : executions) {
                assertThat(told(path).stream().filter(event -> event.startsWith(execution)))
                        .as("%s of %s", path, execution)
                        .isSorted();
            }
        }

        assertThat(templatesOfWebhooks(client)).containsExactly(one, two, "");
        assertThat(client.call("DeleteImagePipeline", "ImagePipelineId", two).status())
                .isEqualTo(200);
        assertThat(templatesOfWebhooks(client)).containsExactly(one, "");

        var stranger = server.newAccount();
        for (var template : List.of(one, two, "ip-none", "")) {
            assertThat(create(stranger, url(), template).refusal())
                    .as(template)
                    .isEqualTo("404 InvalidImagePipeline.NotFound");
        }
        assertThat(stranger.rest("GET", "/api/v1/webhooks", "").text()).isEqualTo("{\"webhooks\":[]}");
    }

    private void createdFor(WireClient client, String path, @Nullable String template) {
        var made = create(client, url().replace("/hook", path), template);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.at("template")).isEqualTo(template == null ? "" : template);
    }

    private List<String> told(String path) {
        return arrivals.stream()
                .filter(one -> one.path().equals(path))
                .map(one -> one.event().path("id").asString())
                .toList();
    }

    private static List<String> events(String... executions) {
        return Stream.of(executions)
                .flatMap(execution -> Stream.of(1, 2, 3).map(number -> execution + "/" + number))
                .toList();
    }

    private static List<String> templatesOfWebhooks(WireClient client) {
        var listed = JSON.readTree(client.rest("GET", "/api/v1/webhooks", "").text());
        return listed.path("webhooks")
                .valueStream()
                .map(webhook -> webhook.path("template").asString(""))
                .toList();
    }

    @Test
    void anAccountWhoseReceiversNeverAnswerHoldsUpNobodyElse() throws IOException {
        var hanging = new AtomicInteger();
        var most = new AtomicInteger();
        var released = new CountDownLatch(1);
        var silent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        silent.setExecutor(Executors.newCachedThreadPool());
        silent.createContext("/", exchange -> {
            most.accumulateAndGet(hanging.incrementAndGet(), Math::max);
            awaitQuietly(released);
            hanging.decrementAndGet();
            exchange.close();
        });
        silent.start();
        try {
            var slow = server.newAccount();
            for (int number = 0; number < 3; number++) {
                create(slow, "http://127.0.0.1:" + silent.getAddress().getPort() + "/");
            }
            run(slow);
            Awaitility.await().untilAsserted(() -> assertThat(most).hasValue(4));

            var other = server.newAccount();
            var id = create(other, url()).at("webhookId");
            assertThat(other.rest("POST", "/api/v1/webhooks/" + id + "/test", "")
                            .status())
                    .isEqualTo(202);

            Awaitility.await().until(() -> !arrivals.isEmpty());
            assertThat(most).hasValue(4);
        } finally {
            released.countDown();
            silent.stop(0);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void testsOfAWebhookThatDoesNotAnswerDoNotPileUp() {
        var client = server.newAccount();
        var id = create(client, url()).at("webhookId");
        receiver.stop(0);
        for (int number = 0; number < 20; number++) {
            assertThat(client.rest("POST", "/api/v1/webhooks/" + id + "/test", "")
                            .status())
                    .isEqualTo(202);
        }

        var log = client.rest("GET", "/api/v1/webhooks/" + id + "/deliveries", "");
        assertThat(JSON.readTree(log.text()).path("deliveries").valueStream()).hasSize(1);
    }

    @Test
    void addressesThatAreNotPublicAreRefusedWhenAWebhookIsMadeAndWhenItIsUsed() {
        var shared = ApiServer.shared();
        var client = shared.newAccount();
        for (var url : List.of(
                url(),
                "http://localhost/",
                "http://[::1]/",
                "http://[::ffff:10.0.0.1]/",
                "http://169.254.169.254/latest/meta-data",
                "http://[64:ff9b::a00:1]/",
                "http://0.0.0.0/",
                "https://10.1.2.3/",
                "https://[fd00::1]/",
                "ftp://1.1.1.1/",
                "https://me@1.1.1.1/",
                "https://1.1.1.1/#part",
                "https://1.1.1.1:99999/",
                "https:///path",
                "nonsense",
                "https://1.1.1.1/" + "x".repeat(3000),
                "")) {
            assertThat(create(client, url).refusal()).as(url).isEqualTo("400 InvalidUrl");
        }
        assertThat(client.rest("POST", "/api/v1/webhooks", "{\"url\":\"https://1.1.1.1/\",\"urI\":\"x\"}")
                        .refusal())
                .isEqualTo("400 InvalidParameter");

        // As if a name had led elsewhere when the webhook was made.
        var id = "wh-" + "a".repeat(20);
        var sealed = new SecretSeal(Base64.getEncoder().encodeToString(new byte[32])).seal(id, "whsec_AAAA");
        shared.jdbc()
                .sql("insert into webhook (id, account_id, url, secret) values (:id, :account, :url, :secret)")
                .param("id", id)
                .param("account", Long.parseLong(client.keys().account()))
                .param("url", url())
                .param("secret", sealed)
                .update();
        client.rest("POST", "/api/v1/webhooks/" + id + "/test", "");
        Awaitility.await()
                .untilAsserted(() -> assertThat(client.rest("GET", "/api/v1/webhooks/" + id + "/deliveries", "")
                                .text())
                        .contains("leads to an address that is not public"));
        assertThat(arrivals).isEmpty();
    }
}
