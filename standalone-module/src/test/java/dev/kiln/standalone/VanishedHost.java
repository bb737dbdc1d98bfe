package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.SignedClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** Runs in a Java process with a network of its own and tells the stories of {@link VanishedHostScenario}. */
public final class VanishedHost {

    // The gate: the first host's relay waits for the advisory lock 43 before it marks what it has published.
    private static final String GATE = """
            create function wait_at_gate() returns trigger language plpgsql as $$
            begin
                if inet_client_addr() = '%s' then
                    perform pg_advisory_xact_lock(43);
                end if;
                return new;
            end $$;
            create trigger wait_at_gate before update of published_at on execution_event
                for each row execute function wait_at_gate();
            """;

    // Counted from the loss. Without keepalives the server's idle time-out would free the lock after 15 s at the
    // soonest,
    // and a sweep adopts up to a second later: what is below shows that the keepalives did it.
    private static final Duration ADOPTED_WITHIN = Duration.ofSeconds(14);

    private interface Event {
        void happen() throws IOException;
    }

    /** How the API that relays falls silent and comes back, and when another has relayed at the latest. */
    private record Outage(Event begin, Event end, Duration bound) {}

    private final Cluster cluster;
    private final LossyLink first = new LossyLink(1);
    private final LossyLink second = new LossyLink(2);

    private VanishedHost(Cluster cluster) throws IOException {
        this.cluster = cluster;
        admitHosts();
    }

    @SuppressWarnings("CatchAndPrintStackTrace") // it is what the test shows
    public static void main(String[] arguments) throws Exception {
        LossyLink.here("ip link set lo up");
        var status = 1;
        try (var cluster = new Cluster(Path.of(arguments[0]))) {
            var host = new VanishedHost(cluster);
            host.worker();
            host.apis();
            status = 0;
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
        }
        // Not by returning: the broker's threads would go on.
        System.exit(status);
    }

    // The embedded server admits its own machine only.
    private void admitHosts() {
        var jdbc = cluster.jdbc;
        var file = jdbc.sql("show hba_file").query(String.class).single();
        jdbc.sql("copy (values ('host all all 127.0.0.1/32 scram-sha-256'), ('host all all " + LossyLink.HOSTS
                        + " scram-sha-256')) to '" + file + "'")
                .update();
        jdbc.sql("select pg_reload_conf()").query().singleRow();
    }

    private void worker() throws Exception {
        var client = cluster.api();
        var base = cluster.baseImage(client);
        cluster.worker(first.host());
        cluster.worker(second.host());
        var execution = cluster.start(
                client, cluster.template(client, base, "RUN echo begun; sleep 8; echo done > /etc/golden", ""));
        awaitOutput(client, execution, "begun");
        var holder = holder(execution);
        var link = holder.equals("worker-1") ? first : second;
        assertThat(processes(holder, execution)).isNotEmpty();

        link.lose();
        var lost = System.nanoTime();
        Awaitility.await("its build is stopped")
                .atMost(Duration.ofSeconds(6))
                .until(() -> processes(holder, execution).isEmpty());
        tell("the build was stopped", lost);
        assertThat(cluster.attempt(execution)).isEqualTo(1);
        Awaitility.await("another worker adopts it")
                .atMost(ADOPTED_WITHIN.minusNanos(System.nanoTime() - lost))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.attempt(execution) == 2);
        tell("the execution was adopted", lost);
        assertThat(holder(execution)).isNotEqualTo(holder);

        link.restore();
        cluster.await(execution, "SUCCESS");
        assertThat(cluster.attempt(execution)).isEqualTo(2);
        takesWorkAgain(client, base, holder);
        cluster.guaranteesHold();
    }

    private void takesWorkAgain(SignedClient client, String base, String worker) throws Exception {
        var other = worker.equals("worker-1") ? "worker-2" : "worker-1";
        cluster.process(other).destroyForcibly().waitFor();
        var next = cluster.start(client, cluster.template(client, base, "RUN true", ""));
        var started = System.nanoTime();
        cluster.await(next, "SUCCESS");
        assertThat(holder(next)).isEqualTo(worker);
        assertThat(cluster.attempt(next)).isEqualTo(1);
        tell("the worker that was away ran an execution", started);
    }

    private void apis() throws Exception {
        var away = cluster.api(first.host());
        var client = cluster.start(1);
        cluster.jdbc.sql(GATE.formatted(first.host().address())).update();
        anotherRelays(away, client, new Outage(first::lose, first::restore, Duration.ofSeconds(15)));
        anotherRelays(
                away,
                client,
                new Outage(() -> signal("api-1", "STOP"), () -> signal("api-1", "CONT"), Duration.ofSeconds(20)));
    }

    private void anotherRelays(SignedClient away, SignedClient client, Outage outage) throws Exception {
        var base = cluster.baseImage(client);
        try (var gate = cluster.database.dataSource().getConnection();
                var statement = gate.createStatement()) {
            statement.execute("select pg_advisory_lock(43)");
            // Either API may be the relay that comes first, so it may take more than one.
            do {
                cluster.start(away, cluster.template(away, base, "RUN true", ""));
                Awaitility.await("somebody relays").until(() -> atGate() || unpublished() == 0);
            } while (!atGate());

            outage.begin().happen();
            statement.execute("select pg_advisory_unlock(43)");
        }
        var silent = System.nanoTime();
        Awaitility.await("another relays")
                .atMost(outage.bound())
                .pollInterval(Duration.ofMillis(20))
                .until(() -> unpublished() == 0);
        tell("another API relayed", silent);
        cluster.await(cluster.start(client, cluster.template(client, base, "RUN true", "")), "SUCCESS");

        outage.end().happen();
        cluster.await(cluster.start(away, cluster.template(away, base, "RUN true", "")), "SUCCESS");
        Awaitility.await("all has ended").atMost(Duration.ofSeconds(30)).untilAsserted(cluster::guaranteesHold);
    }

    private void signal(String process, String signal) throws IOException {
        LossyLink.here("kill -" + signal + " " + cluster.process(process).pid());
    }

    private boolean atGate() {
        return count("select count(*) from pg_locks where locktype = 'advisory' and objid = 43 and not granted") > 0;
    }

    private int unpublished() {
        return count("select count(*) from execution_event where published_at is null");
    }

    private int count(String query) {
        return cluster.jdbc.sql(query).query(Integer.class).single();
    }

    private String holder(String execution) {
        return cluster.jdbc
                .sql("select worker from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .single();
    }

    private List<String> processes(String worker, String execution) {
        return cluster.process(worker)
                .descendants()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains(execution))
                .toList();
    }

    private void awaitOutput(SignedClient client, String execution, String text) {
        Awaitility.await("the log says " + text)
                .atMost(Duration.ofMinutes(1))
                .until(() -> client.text("/api/v1/executions/" + execution + "/logs", 0)
                        .text()
                        .contains("\n" + text));
    }

    // Not to the log: what is written here is what the test shows.
    private static void tell(String what, long since) {
        System.err.println(what + " after " + (System.nanoTime() - since) / 1_000_000 + " ms");
    }
}
