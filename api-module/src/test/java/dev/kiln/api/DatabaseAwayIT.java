package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers are told within seconds that the database is away, and served again when it is back. */
class DatabaseAwayIT {

    @TempDir
    private Path regions;

    @Test
    void callersAreToldSoWithinSecondsAndServedAgainAfterwards() throws IOException {
        var database = TestServers.freshDatabase();
        var address = URI.create(database.url().substring("jdbc:".length()));
        try (var way = new BreakableWay(address.getPort())) {
            var there = "jdbc:postgresql://127.0.0.1:" + way.port() + address.getPath();
            var through = new TestDatabase(there, database.user(), database.password());
            try (var server = ApiServer.start(through, regions, Map.of())) {
                var root = server.as(ApiServer.ROOT);
                var pages = new PageClient(root);
                var session = pages.session(root);
                for (var mode : new BreakableWay.Mode[] {BreakableWay.Mode.SWALLOWING, BreakableWay.Mode.CUT}) {
                    assertThat(root.call("DescribeImages").status()).isEqualTo(200);
                    way.set(mode);
                    assertAway(mode, root);
                    var page = pages.get("/ui", session);
                    assertThat(page.status()).as("%s", mode).isEqualTo(503);
                    assertThat(page.text()).as("%s", mode).contains("temporary failure of the server");
                    assertThat(page.headers().get("content-type")).startsWith("text/html");
                    way.set(BreakableWay.Mode.OPEN);
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> root.call("DescribeImages").status() == 200);
                }
            }
        }
    }

    @Test
    void whoseTransactionIsLostIsToldToTryAgain() {
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, Map.of())) {
            var account = server.newAccount();
            var answer = HeldLock.during(
                    server,
                    jdbc -> jdbc.sql("select id from account for update")
                            .query()
                            .listOfRows(),
                    () -> account.rest("POST", "/api/v1/keys", "{}"),
                    () -> endSessionsThatWait(server));

            assertThat(answer.refusal()).isEqualTo("503 ServiceUnavailable");
        }
    }

    private static void endSessionsThatWait(ApiServer server) {
        server.jdbc().sql("""
                select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock'
                """).query().listOfRows();
    }

    private static void assertAway(BreakableWay.Mode mode, WireClient root) {
        var began = System.nanoTime();
        assertThat(root.call("DescribeImages").refusal()).as("%s", mode).isEqualTo("503 ServiceUnavailable");
        assertThat(root.rest("GET", "/api/v1/images/m-1", "").refusal())
                .as("%s", mode)
                .isEqualTo("503 ServiceUnavailable");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).as("%s", mode).isLessThan(Duration.ofSeconds(20));
    }
}
