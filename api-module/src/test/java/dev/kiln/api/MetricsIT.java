package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.metric.Metric;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators read of an API process. */
class MetricsIT {

    private final HttpClient http = HttpClient.newHttpClient();
    private final ApiServer server = ApiServer.shared();

    private String read(String path) throws Exception {
        var address = URI.create("http://127.0.0.1:" + server.managementPort() + path);
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                .body();
    }

    @Test
    void requestsAndStartsAreCountedByTheirCodesAndNothingThatAStrangerNamedIs() throws Exception {
        var client = server.newAccount();
        client.call("StartImagePipelineExecution", "ImagePipelineId", "ip-nobodyhasthistemplate");
        client.call("InventedOperation");
        client.rest("GET", "/api/v1/executions/exec-unknown", "");

        var said = read("/metrics");
        assertThat(said)
                .contains(
                        "kiln_starts_total{code=\"InvalidImagePipeline.NotFound\"} ",
                        "kiln_request_seconds_count{code=\"404\",operation=\"kiln:GetExecution\"} ",
                        "kiln_request_seconds_count{code=\"InvalidAction.NotFound\",operation=\"other\"} ")
                .doesNotContain("InventedOperation", "kiln_queue_executions NaN", "kiln_outbox_events NaN");

        var registered = new TreeSet<String>();
        for (var line : said.lines().toList()) {
            if (line.startsWith("# TYPE kiln_")) {
                registered.add(line.split(" ", -1)[2].replaceFirst("_max$", ""));
            }
        }
        assertThat(registered)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Metric.values())
                        .filter(metric -> metric.process().equals("api"))
                        .map(Metric::exposed)
                        .collect(Collectors.toSet()));
        assertThat(said).contains(List.of("jvm_memory_used_bytes{", "process_cpu_usage ", "process_files_open_files "));
    }

    @Test
    void startsByTheRestApiCountTheSame() throws Exception {
        var client = server.newAccount();
        var objects = new TestObjects(server, client);
        var path = "/api/v1/templates/" + objects.template(objects.image("base")) + "/executions";
        var accepted = starts("accepted");
        var refused = starts("InvalidParameter.Name");

        assertThat(client.rest("POST", path, "{\"parameters\":{\"NOPE\":\"1\"}}")
                        .refusal())
                .isEqualTo("400 InvalidParameter.Name");
        assertThat(client.rest("POST", path, "{}").status()).isEqualTo(201);

        assertThat(starts("InvalidParameter.Name")).isGreaterThan(refused);
        assertThat(starts("accepted")).isGreaterThan(accepted);
    }

    private double starts(String code) throws Exception {
        var series = "kiln_starts_total{code=\"" + code + "\"} ";
        return read("/metrics")
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length())))
                .sum();
    }

    @Test
    void healthTellsWhatWasLookedAtAndThePublicPortTheStatusAlone() throws Exception {
        var health = new JsonMapper().readTree(read("/health"));
        assertThat(health.path("status").asString()).isEqualTo("UP");
        assertThat(health.path("checks").propertyNames())
                .containsExactlyInAnyOrder("database", "kafka", "regions", "relay", "traffic");
        assertThat(health.path("checks").values())
                .extracting(check -> check.path("status").asString())
                .containsOnly("UP");

        for (var path : List.of("", "/readiness", "/liveness")) {
            assertThat(publicly("/actuator/health" + path).toString()).isEqualTo("{\"status\":\"UP\"}");
        }
    }

    private JsonNode publicly(String path) throws Exception {
        var address = URI.create("http://127.0.0.1:" + server.port() + path);
        return new JsonMapper()
                .readTree(http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                        .body());
    }
}
