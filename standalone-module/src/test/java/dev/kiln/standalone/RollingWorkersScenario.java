package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

    // How long the commands mean to sleep; the test ends them sooner. No other test has this number.
    private static final String SLEEP = "98771";

    @TempDir
    private Path directory;

    private Cluster cluster;
    private SignedClient client;

    @BeforeEach
    void begin() throws IOException {
        cluster = new Cluster(directory);
        cluster.tell("logging.structured.format.console", "ecs");
        cluster.tell("kiln.worker.drain-grace", "4m");
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
            var content = "COMPONENT acs:ecs:*:*:imagecomponent/keeper/*.*.*\nRUN echo begun; /bin/sleep " + SLEEP
                    + "; echo " + number + " > /etc/number";
            executions.add(cluster.start(client, cluster.template(client, base, content, "")));
        }
        Awaitility.await("the second step of each runs").until(() -> sleepers().count() == 3);

        var handedOver = executionsOf("worker-1");
        leaving.destroy();
        Awaitility.await("worker-1 takes no more work").until(() -> workers().equals(List.of("worker-2")));
        sleepers().forEach(ProcessHandle::destroy);
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
        staying.destroy();
        assertEndsWell(staying);
    }

    private static Stream<ProcessHandle> sleepers() {
        return ProcessHandle.allProcesses()
                .filter(process ->
                        Arrays.equals(process.info().arguments().orElse(new String[0]), new String[] {SLEEP}));
    }

    private List<String> workers() {
        return cluster.jdbc
                .sql("select name from live_worker order by name")
                .query(String.class)
                .list();
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
        assertThat(worker.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(worker.exitValue()).isZero();
    }

    private String log(String execution) throws IOException {
        return client.text("/api/v1/executions/" + execution + "/logs", 0).text();
    }
}
