package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers are replaced one by one while executions run: each is asked to end, none is killed. */
@Timeout(300)
class RollingWorkersScenario {

    @TempDir
    private Path directory;

    private Cluster cluster;
    private SignedClient client;

    @BeforeEach
    void begin() throws IOException {
        cluster = new Cluster(directory);
        client = cluster.api();
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    void everyWorkerHandsOverEndsWithStatus0AndEveryExecutionSucceeds() throws Exception {
        cluster.worker();
        var base = cluster.baseImage(client);
        var executions = new ArrayList<String>();
        for (int number = 1; number <= 2; number++) {
            var content = "RUN echo kept > /etc/kept\nRUN echo begun; sleep 3; echo " + number + " > /etc/number";
            executions.add(cluster.start(client, cluster.template(client, base, content, "")));
        }
        executions.forEach(this::awaitSecondStep);

        for (int old = 1; old <= 2; old++) {
            cluster.worker();
            var process = cluster.process("worker-" + old);
            process.destroy();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }

        for (var execution : executions) {
            cluster.await(execution, "SUCCESS");
            assertThat(cluster.attempt(execution)).isGreaterThan(1);
        }
        cluster.guaranteesHold();
    }

    private void awaitSecondStep(String execution) {
        Awaitility.await("the second step of " + execution + " runs")
                .atMost(Duration.ofMinutes(1))
                .until(() -> client.text("/api/v1/executions/" + execution + "/logs", 0)
                        .text()
                        .contains("\nbegun\n"));
    }
}
