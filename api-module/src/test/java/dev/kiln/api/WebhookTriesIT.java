package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What operators see of receivers that do not take their messages. */
class WebhookTriesIT {

    private final HttpClient http = HttpClient.newHttpClient();
    private volatile int answer = 503;

    @Test
    void aMessageThatNobodyTakesIsGivenUpAfterItsTimeAndCounted(@TempDir Path regions) throws Exception {
        var settings = Map.of(
                "kiln.webhooks.private-networks", "127.0.0.0/8",
                "kiln.webhooks.back-off", "20ms",
                "kiln.webhooks.give-up-after", "1s");
        var receiver = receiver();
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, settings)) {
            assertThat(tries(server, "delivered") + tries(server, "failed") + tries(server, "given_up"))
                    .isZero();
            var client = server.newAccount();
            var url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
            var id = client.rest("POST", "/api/v1/webhooks", "{\"url\":\"" + url + "\"}")
                    .at("webhookId");
            client.rest("POST", "/api/v1/webhooks/" + id + "/test", "");

            Awaitility.await().until(() -> tries(server, "given_up") == 1);
            assertThat(tries(server, "failed")).isPositive();
            assertThat(tries(server, "delivered")).isZero();
            var log = new JsonMapper()
                    .readTree(client.rest("GET", "/api/v1/webhooks/" + id + "/deliveries", "")
                            .text());
            assertThat(log.at("/deliveries/0/state").asString()).isEqualTo("FAILED");
            assertThat(log.at("/deliveries/0/trouble").asString()).isEqualTo("HTTP status 503");

            answer = 204;
            client.rest("POST", "/api/v1/webhooks/" + id + "/test", "");
            Awaitility.await().until(() -> tries(server, "delivered") == 1);
            assertThat(tries(server, "given_up")).isEqualTo(1);
        } finally {
            receiver.stop(0);
        }
    }

    private HttpServer receiver() throws IOException {
        var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        receiver.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(answer, -1);
            }
        });
        receiver.start();
        return receiver;
    }

    private int tries(ApiServer server, String outcome) throws IOException, InterruptedException {
        var metrics = URI.create("http://127.0.0.1:" + server.managementPort() + "/metrics");
        var name = "kiln_webhook_tries_total{outcome=\"" + outcome + "\"} ";
        return http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length())))
                .sum();
    }
}
