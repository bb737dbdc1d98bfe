package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kiln.cli.ApiException;
import dev.kiln.cli.SignedClient;
import dev.kiln.embedded.EmbeddedPostgres;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL goes away under a system that works, in an orderly way and by a crash, and comes back. Nobody starts an
 * API or a worker again.
 */
@Timeout(600)
class RestartedDatabaseScenario {

    @TempDir
    private Path directory;

    private EmbeddedPostgres server;
    private Cluster cluster;
    private SignedClient client;
    private String base;

    @BeforeEach
    void begin() throws IOException {
        server = startServer(0);
        var database = new TestDatabase(server.url(), EmbeddedPostgres.USER, server.password());
        cluster = new Cluster(directory, database, TestServers.kafka().bootstrapServers());
        client = cluster.start(2);
        base = cluster.baseImage(client);
    }

    @AfterEach
    void end() throws IOException {
        cluster.close();
        server.close();
    }

    @Test
    void whatRanAndWhatWasAcceptedEndsAfterTheDatabaseWasStoppedAndAfterItCrashed() throws Exception {
        goesOnAfter("stop", () -> server.close());
        goesOnAfter("crash", this::crash);
        cluster.guaranteesHold();
    }

    private void goesOnAfter(String end, ServerEnd ending) throws Exception {
        var running = cluster.template(client, base, "RUN echo begun; sleep 600", "");
        var next = cluster.template(client, base, "RUN echo next > /etc/golden", "");
        var underWay = cluster.start(client, running);
        cluster.awaitOutput(client, underWay, "\nbegun\n");
        cluster.buildContent(running, "RUN echo " + end + " > /etc/golden");
        // Acknowledged a moment before the end: it has to be on disk.
        var acknowledged = cluster.start(client, next);

        ending.run();
        var refused = catchThrowableOfType(ApiException.class, () -> startOnce(running, end));
        server = startServer(server.port());

        assertThat(refused.code()).isEqualTo("ServiceUnavailable");
        assertThat(refused.status()).isEqualTo(503);
        cluster.await(underWay, "SUCCESS");
        cluster.await(acknowledged, "SUCCESS");
        // The refused start is repeated with its client token until it is taken, as clients do, and again after that.
        var repeated = startTaken(running, end);
        assertThat(startOnce(running, end)).isEqualTo(repeated);
        cluster.await(repeated, "SUCCESS");
        assertThat(cluster.attempt(underWay)).isGreaterThan(1);
    }

    private String startOnce(String template, String token) throws IOException {
        return client.rpc(
                        "StartImagePipelineExecution",
                        Map.of("RegionId", "cn-hangzhou", "ImagePipelineId", template, "ClientToken", token))
                .path("ExecutionId")
                .asString();
    }

    // The API's pool pauses for up to 5 s between its tries to connect, and refuses meanwhile.
    private String startTaken(String template, String token) {
        return Awaitility.await("the API takes starts again")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsMatching(e -> e instanceof ApiException refused && refused.status() == 503)
                .until(() -> startOnce(template, token), execution -> true);
    }

    // Durable: without it a crash could lose what was acknowledged, and the test would be right to fail.
    private EmbeddedPostgres startServer(int port) throws IOException {
        var log = directory.resolve("postgres.log");
        return EmbeddedPostgres.start(new EmbeddedPostgres.Settings(directory.resolve("postgres"), port, true, log));
    }

    /** All its processes are killed at once, which is what a crash of its machine looks like to its clients. */
    private void crash() throws IOException, InterruptedException {
        var pid = Files.readAllLines(directory.resolve("postgres/cluster/postmaster.pid"))
                .get(0)
                .strip();
        var postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        // Stopped first, so that it does not see its children die and begin a recovery of its own.
        LossyLink.here("kill -STOP " + pid);
        var all = Stream.concat(postmaster.descendants(), Stream.of(postmaster)).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        Awaitility.await("PostgreSQL is gone")
                .atMost(Duration.ofSeconds(30))
                .until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
        server.close();
    }

    /** One of the ways in which the server ends. */
    @FunctionalInterface
    private interface ServerEnd {
        void run() throws Exception;
    }
}
