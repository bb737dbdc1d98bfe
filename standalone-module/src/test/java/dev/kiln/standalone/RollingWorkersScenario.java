package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A worker is replaced while executions run: it is asked to end, not killed. */
@Timeout(300)
class RollingWorkersScenario {

    @TempDir
    private Path directory;

    private Cluster cluster;
    private SignedClient client;

    @BeforeEach
    void begin() throws IOException {
        cluster = new Cluster(directory);
        cluster.tell("logging.structured.format.console", "ecs");
        client = cluster.start(2);
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    void aWorkerThatIsAskedToEndHandsOverAndEndsWithStatus0() throws Exception {
        var leaving = cluster.process("worker-1");
        var staying = cluster.process("worker-2");
        var base = cluster.baseImage(client);
        client.rpc(
                "CreateImageComponent",
                Map.of("RegionId", "cn-hangzhou", "Name", "keeper", "Content", "RUN echo kept > /etc/kept"));
        // Three executions for two workers with two slots each: both have work.
        var executions = new ArrayList<String>();
        for (int number = 1; number <= 3; number++) {
            var content = "COMPONENT acs:ecs:*:*:imagecomponent/keeper/*.*.*\nRUN echo begun; sleep 6; echo " + number
                    + " > /etc/number";
            executions.add(cluster.start(client, cluster.template(client, base, content, "")));
        }
        executions.forEach(this::awaitSecondStep);

        var handedOver = executionsOf("worker-1");
        assertEndsWell(leaving);

        assertThat(handedOver).isNotEmpty();
        executions.forEach(execution -> cluster.await(execution, "SUCCESS"));
        assertThat(handedOver)
                .allSatisfy(execution -> assertThat(cluster.attempt(execution)).isEqualTo(2))
                .allSatisfy(execution -> assertThat(log(execution)).containsOnlyOnce("\nbegun\n"));
        assertThat(log(executions.get(0))).contains("keeper/1.0.0 RUN echo kept");
        for (var execution : handedOver) {
            isLogged("worker-1", execution, "1");
            isLogged("worker-2", execution, "2");
        }
        copyIsMade(base);
        cluster.guaranteesHold();
        assertEndsWell(staying);
    }

    /** Lines of a log are objects, and are found by execution, attempt and template. */
    private void isLogged(String worker, String execution, String attempt) throws IOException {
        var template = cluster.jdbc
                .sql("select template_id from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .single();
        assertThat(cluster.logged(worker))
                .allMatch(JsonNode::isObject)
                .filteredOn(line -> line.path("execution").asString("").equals(execution))
                .hasSizeGreaterThan(1)
                .allSatisfy(line -> assertThat(line.path("attempt").asString()).isEqualTo(attempt))
                .allSatisfy(line -> assertThat(line.path("template").asString()).isEqualTo(template))
                .anySatisfy(line -> assertThat(line.path("message").asString()).contains("BUILDING"));
    }

    private void copyIsMade(String image) throws IOException {
        var copy = client.rpc(
                        "CopyImage",
                        Map.of("RegionId", "cn-hangzhou", "ImageId", image, "DestinationRegionId", "cn-beijing"))
                .path("ImageId")
                .asString();
        Awaitility.await("the worker that stays makes a copy")
                .atMost(Duration.ofSeconds(30))
                .until(() -> client.rpc("DescribeImages", Map.of("RegionId", "cn-beijing", "ImageId", copy))
                                .path("TotalCount")
                                .asInt()
                        == 1);
    }

    private List<String> executionsOf(String worker) {
        return cluster.jdbc
                .sql("select id from execution where worker = :worker and finished_at is null")
                .param("worker", worker)
                .query(String.class)
                .list();
    }

    private static void assertEndsWell(Process worker) throws InterruptedException {
        worker.destroy();
        assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isZero();
    }

    private void awaitSecondStep(String execution) {
        Awaitility.await("the second step of " + execution + " runs")
                .atMost(Duration.ofMinutes(1))
                .until(() -> log(execution).contains("\nbegun\n"));
    }

    private String log(String execution) throws IOException {
        return client.text("/api/v1/executions/" + execution + "/logs", 0).text();
    }
}
