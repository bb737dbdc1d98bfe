package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker process is killed in each stage, after the stage's work and before it is written down: the place where a
 * repetition could do harm. A trigger in the database holds the stage open; nothing in the product knows of it.
 */
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledWorkerScenario {

    private static final Logger LOG = LoggerFactory.getLogger(KilledWorkerScenario.class);

    // The gate: whoever wants to leave the status named in the table waits for the advisory lock 42.
    private static final String GATE = """
            create table gate (from_status text);
            create function wait_at_gate() returns trigger language plpgsql as $$
            begin
                if exists (select from gate where from_status = old.status) then
                    perform pg_advisory_xact_lock(42);
                end if;
                return new;
            end $$;
            create trigger wait_at_gate before update of status on execution
                for each row when (old.status is distinct from new.status) execute function wait_at_gate();
            """;

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "00-" + TRACE + "-b7ad6b7169203331-01";

    private Cluster cluster;
    private SignedClient client;
    private String base;
    private Connection gate;
    private TraceCollector collector;

    @BeforeAll
    void begin(@TempDir Path directory) throws IOException, SQLException {
        cluster = new Cluster(directory);
        collector = new TraceCollector();
        cluster.tell("kiln.tracing.endpoint", collector.address());
        client = cluster.start(2);
        base = cluster.baseImage(client);
        gate = DriverManager.getConnection(
                cluster.database.url(), cluster.database.user(), cluster.database.password());
        try (var statement = gate.createStatement()) {
            statement.execute(GATE);
        }
    }

    @BeforeEach
    void replaceTheKilled() throws IOException {
        cluster.workers(2);
    }

    @AfterAll
    void end() throws Exception {
        cluster.close();
        collector.close();
        gate.close();
    }

    @Test
    void anExecutionWhoseWorkerIsKilledInAnyStageGoesOnThereAndEnds() throws Exception {
        goesOnAfterAKillIn("PREPARING");
        for (var status : List.of("BUILDING", "TESTING", "DISTRIBUTING", "RELEASING")) {
            cluster.workers(2);
            goesOnAfterAKillIn(status);
        }
        cluster.guaranteesHold();
    }

    private void goesOnAfterAKillIn(String status) throws Exception {
        close(status);
        var execution = cluster.start(
                client,
                cluster.template(
                        client, base, "RUN echo " + status + " > /etc/golden", "RUN grep " + status + " /etc/golden"));
        awaitAtGate(execution, status);

        killHolder(execution, status);
        open();

        cluster.await(execution, "SUCCESS");
        assertThat(cluster.attempt(execution)).isGreaterThan(1);
    }

    @Test
    void aCancelWhoseWorkerIsKilledEnds() throws Exception {
        close("CANCELLING");
        var execution = cluster.start(client, cluster.template(client, base, "RUN sleep 600", ""));
        cluster.awaitOutput(client, execution, "RUN sleep 600");
        client.rpc("CancelImagePipelineExecution", Map.of("RegionId", "cn-hangzhou", "ExecutionId", execution));
        awaitAtGate(execution, "CANCELLING");

        killHolder(execution, "CANCELLING");
        open();

        cluster.await(execution, "CANCELLED");
        cluster.guaranteesHold();
    }

    @Test
    void aBuildWhoseWorkerIsKilledInTheMiddleOfACommandIsBuiltByAnotherAndLeavesNoProcess() throws Exception {
        var template = cluster.template(client, base, "RUN echo begun; sleep 600", "");
        var execution = cluster.start(client, template);
        cluster.awaitOutput(client, execution, "\nbegun\n");
        cluster.buildContent(template, "RUN echo done > /etc/golden");

        killHolder(execution, "BUILDING");

        cluster.await(execution, "SUCCESS");
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(line -> line.contains(execution)))
                .isEmpty();
        cluster.guaranteesHold();
    }

    @Test
    void aBuildWhoseWorkerIsKilledGoesOnAfterTheLastStepThatHadEndedAndInTheSameTrace() throws Exception {
        var before = "RUN echo first; cat /proc/sys/kernel/random/uuid > /etc/once\nENV A b\nRUN echo second; ";
        var more = Map.of("AddAccount.1", cluster.account(client));
        var template = cluster.template(client, base, before + "sleep 600", more);
        var execution = cluster.startTraced(client, template, CALLER);
        cluster.awaitOutput(client, execution, "\nsecond\n");
        Awaitility.await("the first step is kept")
                .until(() -> cluster.jdbc
                        .sql("select exists (select from build_step where execution_id = :id)")
                        .param("id", execution)
                        .query(Boolean.class)
                        .single());

        // What a killed worker had not sent yet is lost.
        Awaitility.await("the first step is told")
                .until(() -> collector.of(TRACE).stream()
                        .anyMatch(span -> span.name().equals("step 1")));
        cluster.buildContent(
                template,
                before + "mkdir -p /var/lib/dpkg; printf 'Package: clay\\nVersion: 1.2\\n' > /var/lib/dpkg/status");

        killHolder(execution, "BUILDING");

        cluster.await(execution, "SUCCESS");
        var log = client.text("/api/v1/executions/" + execution + "/logs", 0).text();
        assertThat(log).contains("1 of 3 steps are kept").containsOnlyOnce("\nfirst\n");
        assertThat(cluster.jdbc
                        .sql("select attempt from build_step where execution_id = :id order by number")
                        .param("id", execution)
                        .query(Integer.class)
                        .list())
                .containsExactly(1, cluster.attempt(execution));
        isOneTrace(execution);
        hasItsPackages(execution);
        cluster.guaranteesHold();
    }

    private void hasItsPackages(String execution) throws IOException {
        var copies = cluster.jdbc
                .sql("select id from image_copy where execution_id = :id")
                .param("id", execution)
                .query(String.class)
                .list();
        for (var copy : copies) {
            var told = client.get("/api/v1/images/" + copy + "/packages");
            assertThat(told.path("packages").get(0).path("name").asString()).isEqualTo("clay");
        }
        assertThat(copies).hasSize(3);
    }

    /** From the request through Kafka and both attempts to the last share. */
    private void isOneTrace(String execution) {
        var last = cluster.attempt(execution);
        Awaitility.await("all of the trace is told").untilAsserted(() -> {
            var told = collector.of(TRACE);
            assertThat(told)
                    .extracting(TraceCollector.Told::service, TraceCollector.Told::kind, TraceCollector.Told::name)
                    .contains(
                            tuple("kiln-api", "SERVER", "StartImagePipelineExecution"),
                            tuple("kiln-api", "PRODUCER", "publish request"),
                            tuple("kiln-worker", "CONSUMER", "hear request"),
                            tuple("kiln-worker", "INTERNAL", "PREPARING"), // the killed attempt's, which had ended
                            tuple("kiln-worker", "INTERNAL", "step 1"),
                            tuple("kiln-worker", "INTERNAL", "attempt " + last),
                            tuple("kiln-worker", "INTERNAL", "BUILDING"),
                            tuple("kiln-worker", "INTERNAL", "step 3"),
                            tuple("kiln-worker", "INTERNAL", "DISTRIBUTING"),
                            tuple("kiln-worker", "INTERNAL", "copy to cn-beijing"),
                            tuple("kiln-worker", "INTERNAL", "copy to cn-shanghai"),
                            tuple("kiln-worker", "INTERNAL", "share in cn-hangzhou"),
                            tuple("kiln-worker", "INTERNAL", "share in cn-beijing"),
                            tuple("kiln-worker", "INTERNAL", "share in cn-shanghai"),
                            tuple("kiln-worker", "INTERNAL", "RELEASING"));
        });
        var request = told("StartImagePipelineExecution");
        assertThat(request.parent()).isEqualTo(CALLER.split("-", -1)[2]);
        assertThat(told("publish request").parent()).isEqualTo(request.id());
        assertThat(told("hear request").parent())
                .isEqualTo(told("publish request").id());
        var attempt = told("attempt " + last);
        assertThat(attempt.parent()).isEqualTo(request.id());
        assertThat(attempt.attributes())
                .containsEntry("kiln.execution", execution)
                .containsEntry("kiln.status", "SUCCESS");
        assertThat(told("DISTRIBUTING").parent()).isEqualTo(attempt.id());
        assertThat(told("share in cn-shanghai").parent())
                .isEqualTo(told("DISTRIBUTING").id());
        assertThat(told("step 3").attributes().get("kiln.step.text")).startsWith("RUN echo second");
    }

    private TraceCollector.Told told(String name) {
        return collector.of(TRACE).stream()
                .filter(span -> span.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void killHolder(String execution, String status) throws InterruptedException {
        var holder = cluster.jdbc
                .sql("select worker from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .single();
        var victim = cluster.process(holder);
        var before = cluster.attempt(execution);
        var killed = System.nanoTime();
        victim.destroyForcibly().waitFor();
        Awaitility.await(execution + " is adopted")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> cluster.attempt(execution) > before);
        LOG.warn("killed in {}: adopted after {} ms", status, (System.nanoTime() - killed) / 1_000_000);
    }

    private void awaitAtGate(String execution, String status) {
        cluster.await(execution, status);
        Awaitility.await("somebody waits to leave " + status)
                .atMost(Duration.ofMinutes(2))
                .until(() -> cluster.jdbc
                                .sql(
                                        "select count(*) from pg_locks where locktype = 'advisory' and objid = 42 and not granted")
                                .query(Integer.class)
                                .single()
                        > 0);
    }

    private void close(String status) throws SQLException {
        try (var statement = gate.createStatement()) {
            statement.execute("delete from gate");
            statement.execute("insert into gate values ('" + status + "')");
            statement.execute("select pg_advisory_lock(42)");
        }
    }

    private void open() throws SQLException {
        try (var statement = gate.createStatement()) {
            statement.execute("delete from gate");
            statement.execute("select pg_advisory_unlock(42)");
        }
    }
}
