package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What the Terraform provider's resource does after a start: it asks by the execution's id alone, takes some states for
 * "started", FAILED for a failure, and waits while it sees any other. Its pauses are shorter here, which makes it meet
 * more states.
 */
@Timeout(300)
class TerraformPollingScenario {

    private static final Set<String> STARTED = Set.of("SUCCESS", "BUILDING", "PREPARING");
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    private Cluster cluster;
    private SignedClient client;
    private String base;

    @BeforeEach
    void begin() throws IOException {
        cluster = new Cluster(directory);
        client = cluster.start(1);
        base = cluster.baseImage(client);
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    void resourcesOfAFastAndOfASlowTemplateEndWellAndOneThatIsCancelledEndsCancelled() throws Exception {
        var fast = cluster.start(client, cluster.template(client, base, "RUN true", ""));
        cluster.await(fast, "SUCCESS");
        assertThat(poll(fast)).isEqualTo("SUCCESS");

        var slow = cluster.start(client, cluster.template(client, base, "RUN sleep 3", "RUN sleep 1"));
        assertThat(poll(slow)).as(() -> told(slow)).isIn(STARTED);

        // From wherever it begins to ask, it ends well: states that it does not know do not last.
        var seen = new ArrayList<String>();
        while (!seen.contains("SUCCESS")) {
            var state = poll(slow);
            assertThat(state).as(() -> told(slow)).isIn(STARTED);
            seen.add(state);
        }
        assertThat(seen).contains("BUILDING");
        isCancelledByAnUpdate();
        cluster.guaranteesHold();
    }

    private void isCancelledByAnUpdate() throws IOException {
        var execution = cluster.start(client, cluster.template(client, base, "RUN echo begun; sleep 600", ""));
        cluster.awaitOutput(client, execution, "\nbegun\n");
        client.rpc("CancelImagePipelineExecution", Map.of("RegionId", "cn-hangzhou", "ExecutionId", execution));
        Awaitility.await("the provider sees CANCELLED")
                .atMost(PATIENCE)
                .until(() -> states(execution).equals(List.of("CANCELLED")));
    }

    /** The state with which the provider's wait ends. */
    private String poll(String execution) {
        return Awaitility.await("the provider's wait for " + execution + " ends")
                .atMost(PATIENCE)
                .until(
                        () -> states(execution),
                        states -> states.stream().anyMatch(state -> STARTED.contains(state) || state.equals("FAILED")))
                .get(0);
    }

    private JsonNode described(String execution) throws IOException {
        return client.rpc(
                "DescribeImagePipelineExecutions", Map.of("RegionId", "cn-hangzhou", "ExecutionId", execution));
    }

    private String told(String execution) {
        try {
            return described(execution).toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private List<String> states(String execution) throws IOException {
        var states = new ArrayList<String>();
        described(execution)
                .at("/ImagePipelineExecution/ImagePipelineExecutionSet")
                .forEach(row -> states.add(row.path("Status").asString()));
        return states;
    }
}
