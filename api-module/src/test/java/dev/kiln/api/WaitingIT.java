package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.database.LifeSession;
import dev.kiln.database.LockSessions;
import dev.kiln.execution.Workers;
import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What waits: executions in their line, and requests for a database that is slow. */
class WaitingIT {

    @TempDir
    private Path regions;

    @Test
    void anExecutionThatWaitsSaysWhereInTheLineItStandsAndARequestThatIsHeldUpIsRefusedInTime() {
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, Map.of())) {
            var client = server.as(ApiServer.ROOT);
            var objects = new TestObjects(server, client);
            var base = objects.image("base");
            objects.start(objects.template(base));
            var second = objects.start(objects.template(base));
            var shown = client.rest("GET", "/api/v1/executions/" + second, "");
            assertThat(shown.at("queuePosition")).as(shown.text()).isEqualTo("2");
            assertThat(shown.json().has("estimatedStart")).isFalse();
            objects.finish(second, "FAILED");
            assertThat(client.rest("GET", "/api/v1/executions/" + second, "")
                            .json()
                            .has("queuePosition"))
                    .isFalse();

            assertHeldUp(server, client, objects.template(base));
        }
    }

    @Test
    void anExecutionThatNobodyCanDoSaysForWhatItWaits() throws Exception {
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, Map.of());
                var life = new LifeSession(new LockSessions(
                        server.database().url(),
                        server.database().user(),
                        server.database().password()))) {
            var client = server.as(ApiServer.ROOT);
            var objects = new TestObjects(server, client);
            var template = objects.template(objects.image("base"));
            var execution = objects.start(template);
            server.jdbc()
                    .sql("update execution set needs = '{machines,kvm}', needed_in = status")
                    .update();
            var path = "/api/v1/executions/" + execution;

            assertThat(client.rest("GET", path, "").at("message"))
                    .isEqualTo("waits for a worker that can boot disks to test them and run machines by KVM;"
                            + " no worker is there");
            life.hold();
            var worker = new Workers.Worker("w", 2, "amd64", List.of("machines"), Map.of("kvm", "why"), Instant.EPOCH);
            new Workers(server.jdbc()).announce(life.lock(), worker);
            var shown = client.rest("GET", path, "");
            assertThat(shown.json().path("waitsFor").size()).as(shown.text()).isEqualTo(2);
            assertThat(shown.json().has("queuePosition")).isFalse();
            assertThat(client.call("DescribeImagePipelineExecutions", "ExecutionId", execution)
                            .text())
                    .contains("none of the 1 that are there can");
            assertThat(client.rest("GET", "/api/v1/workers", "").text()).contains("\"kvm\":\"why\"");

            server.jdbc().sql("update worker set able = '{machines,kvm,disks}'").update();
            var waiting = client.rest("GET", path, "");
            assertThat(waiting.at("queuePosition")).isEqualTo("1");
            assertThat(waiting.json().has("waitsFor")).isFalse();
            assertThat(waiting.at("message")).isEqualTo("accepted");
        }
    }

    private static void assertHeldUp(ApiServer server, WireClient client, String template) {
        var source = server.database().dataSource();
        new TransactionTemplate(new JdbcTransactionManager(source)).executeWithoutResult(status -> {
            JdbcClient.create(source)
                    .sql("lock table execution in exclusive mode")
                    .update();
            var began = System.nanoTime();
            assertThat(client.call("StartImagePipelineExecution", "ImagePipelineId", template)
                            .refusal())
                    .isEqualTo("503 ServiceUnavailable");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(9));
        });
        assertThat(server.jdbc()
                        .sql("select count(*) from execution where template_id = :id")
                        .param("id", template)
                        .query(Integer.class)
                        .single())
                .isZero();
    }
}
