package dev.kiln.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.management.HealthCheck.Need;
import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ManagementServerIT {

    private final HttpClient http = HttpClient.newHttpClient();
    private final Metrics metrics = new Metrics();
    private final Health health = new Health(List.of(
            new HealthCheck("good", Need.LIFE, Duration.ZERO, () -> "as ever"),
            new HealthCheck("bad", Need.WORK, Duration.ZERO, () -> {
                throw new IOException("a secret address does not answer");
            })));

    @AfterEach
    void end() {
        health.close();
        metrics.close();
    }

    private ManagementServer start(String ports, String token) {
        var server = new ManagementServer(
                new ManagementSettings("127.0.0.1", ports, token), health, metrics, new JsonMapper());
        server.start();
        return server;
    }

    private HttpResponse<String> ask(ManagementServer server, String method, String path, String authorization)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, BodyPublishers.noBody())
                .header("Authorization", authorization)
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Test
    void metricsAndDetailsNeedTheTokenAndProbesDoNot() throws Exception {
        metrics.counter(Metric.CLAIMS, "first").increment();
        var server = start("0", "sesame");
        try {
            assertThat(ask(server, "GET", "/metrics", "none").statusCode()).isEqualTo(401);
            assertThat(ask(server, "GET", "/metrics", "Bearer open").body()).doesNotContain("kiln_claims_total{");
            assertThat(ask(server, "GET", "/metrics", "Bearer sesame").body())
                    .contains("kiln_claims_total{kind=\"first\"} 1.0", "jvm_memory_used_bytes{");
            assertThat(ask(server, "GET", "/health/liveness", "none").statusCode())
                    .isEqualTo(200);
            var readiness = ask(server, "GET", "/health/readiness", "none");
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(readiness.body()).isEqualTo("{\"status\":\"DOWN\"}\n");
            assertThat(ask(server, "GET", "/health", "Bearer sesame").body())
                    .isEqualTo("{\"status\":\"DOWN\",\"checks\":{\"good\":{\"status\":\"UP\",\"detail\":\"as ever\"},"
                            + "\"bad\":{\"status\":\"DOWN\",\"detail\":\"IOException: a secret address does not"
                            + " answer\"}}}\n");
        } finally {
            server.stop();
        }
    }

    @Test
    void anythingElseIsRefused() throws Exception {
        var server = start("0", "");
        try {
            assertThat(ask(server, "GET", "/metrics/../env", "none").statusCode())
                    .isEqualTo(404);
            assertThat(ask(server, "POST", "/metrics", "none").statusCode()).isEqualTo(405);
            var head = ask(server, "HEAD", "/metrics", "none");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        } finally {
            server.stop();
        }
    }

    @Test
    void theFirstFreePortIsTakenAndWithoutOneWorkGoesOn() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = taken.getLocalPort();
            var without = start(Integer.toString(port), "");
            assertThat(without.isRunning()).isFalse();
            assertThat(without.port()).isZero();

            var next = start(port + "-" + Math.min(port + 30, 65_535), "");
            assertThat(next.port()).isGreaterThan(port);
            next.stop();
        }
        var off = start("off", "");
        assertThat(off.isRunning()).isFalse();
    }

    @Test
    void portsThatAreNoneAreRefused() {
        for (var ports : List.of("", "x", "-1", "70000", "2-1", "1-2-3", "1-")) {
            assertThatThrownBy(() -> new ManagementSettings("127.0.0.1", ports, ""))
                    .as(ports)
                    .hasMessageStartingWith("kiln.management.ports is " + ports + ", but has to be");
        }
    }
}
