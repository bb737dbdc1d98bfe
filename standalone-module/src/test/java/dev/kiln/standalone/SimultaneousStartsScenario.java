package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.ApiException;
import dev.kiln.cli.SignedClient;
import dev.kiln.testing.TestSeed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two APIs and four workers under simultaneous starts and cancels in an order that a printed seed decides. */
@Timeout(900)
class SimultaneousStartsScenario {

    private static final int TEMPLATES = 6;
    private static final int CALLERS = 6;
    private static final int CALLS = 40;

    @TempDir
    private Path directory;

    private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
    private final Queue<String> cancelled = new ConcurrentLinkedQueue<>();
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private Cluster cluster;

    @BeforeEach
    void begin() throws IOException {
        cluster = new Cluster(directory);
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    void oneRunsAtATimeEveryAcceptedStartEndsAndNoCancelDisturbsAnother() throws Exception {
        var random = TestSeed.random(getClass().getSimpleName());
        var apis = List.of(cluster.start(4), cluster.api());
        var base = cluster.baseImage(apis.get(0));
        var templates = new ArrayList<String>();
        for (var i = 0; i < TEMPLATES; i++) {
            templates.add(cluster.template(apis.get(0), base, "RUN echo %d > /etc/golden".formatted(i), ""));
        }

        runAll(callers(random, apis, templates));

        assertThat(refusals)
                .isSubsetOf(List.of(
                        "InvalidImagePipeline.HasRunningExecution",
                        "InvalidStatus.CancelFailed",
                        "InvalidStatus.ImagePipelineExecution"));
        Awaitility.await("every accepted start ends")
                .atMost(Duration.ofMinutes(5))
                .untilAsserted(cluster::guaranteesHold);
        onlyTheCancelledAreCancelled();
        everyTemplateStillRuns(apis.get(1), templates);
    }

    private void onlyTheCancelledAreCancelled() {
        assertThat(ids("")).containsExactlyInAnyOrderElementsOf(accepted);
        assertThat(cancelled).isNotEmpty();
        assertThat(ids("where status = 'CANCELLED'")).containsExactlyInAnyOrderElementsOf(cancelled);
        assertThat(ids("where status not in ('SUCCESS', 'CANCELLED')")).isEmpty();
    }

    private List<String> ids(String which) {
        return cluster.jdbc
                .sql("select id from execution " + which)
                .query(String.class)
                .list();
    }

    private void everyTemplateStillRuns(SignedClient api, List<String> templates) throws IOException {
        var last = new ArrayList<String>();
        for (var template : templates) {
            last.add(cluster.start(api, template));
        }
        last.forEach(execution -> cluster.await(execution, "SUCCESS"));
        cluster.guaranteesHold();
    }

    private List<Callable<Void>> callers(Random random, List<SignedClient> apis, List<String> templates) {
        var callers = new ArrayList<Callable<Void>>();
        for (var i = 0; i < CALLERS; i++) {
            var own = new Random(random.nextLong());
            callers.add(() -> {
                for (var call = 0; call < CALLS; call++) {
                    callOnce(own, apis.get(own.nextInt(apis.size())), templates.get(own.nextInt(templates.size())));
                }
                return null;
            });
        }
        return callers;
    }

    private void callOnce(Random random, SignedClient api, String template) throws IOException {
        var known = List.copyOf(accepted);
        try {
            if (random.nextInt(3) > 0 || known.isEmpty()) {
                accepted.add(cluster.start(api, template));
            } else {
                // Mostly a recent one, which may still run.
                var recent = known.get(known.size() - 1 - random.nextInt(Math.min(known.size(), 8)));
                api.rpc("CancelImagePipelineExecution", Map.of("RegionId", "cn-hangzhou", "ExecutionId", recent));
                cancelled.add(recent);
            }
        } catch (ApiException e) {
            refusals.add(e.code());
        }
    }

    private static void runAll(List<Callable<Void>> callers) throws Exception {
        var threads = Executors.newFixedThreadPool(callers.size());
        try {
            for (var done : threads.invokeAll(callers)) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
    }
}
