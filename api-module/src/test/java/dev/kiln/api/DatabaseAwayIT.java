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

    private static void assertAway(BreakableWay.Mode mode, WireClient root) {
        var began = System.nanoTime();
        assertThat(root.call("DescribeImages").refusal()).as("%s", mode).isEqualTo("503 ServiceUnavailable");
        assertThat(root.rest("GET", "/api/v1/images/m-1", "").refusal())
                .as("%s", mode)
                .isEqualTo("503 ServiceUnavailable");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).as("%s", mode).isLessThan(Duration.ofSeconds(20));
    }
}
