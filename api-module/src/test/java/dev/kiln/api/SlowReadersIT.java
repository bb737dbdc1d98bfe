package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.live.Followers;
import dev.kiln.testing.TestServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that ask for a log and then read nothing, where no connection ends for its age. */
@Timeout(120)
class SlowReadersIT {

    /** More than the buffers of a connection hold. */
    private static final int PIECES = 300;

    private static final String LINE = "x".repeat(30_000) + "\n";

    private final ApiServer server = ApiServer.start(
            TestServers.freshDatabase(),
            ApiServer.temporary(),
            Map.of("kiln.live.look-every", "20ms", "kiln.live.longest", "1h", "kiln.live.slow-reader", "300ms"));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whoDoesNotReadIsLetGoAndKeepsNobodyFromReading() throws Exception {
        var client = server.newAccount();
        var objects = new TestObjects(server, client);
        var execution = objects.start(objects.template(objects.image("base")));
        server.jdbc()
                .sql("""
                insert into build_log_chunk (execution_id, first_byte, content, attempt)
                select :id, n::bigint * :length, cast(:line as bytea), 1 from generate_series(0, :pieces - 1) n
                """)
                .param("id", execution)
                .param("length", LINE.length())
                .param("line", LINE.getBytes(StandardCharsets.US_ASCII))
                .param("pieces", PIECES)
                .update();

        try (var silent = new LogFollower(server, client, execution, "");
                var other = new LogFollower(server, client, execution, "")) {
            assertThat(silent.status()).isEqualTo(200);
            long read = 0;
            while (read < (long) PIECES * LINE.length()) {
                for (var part : other.nextLog().get("parts")) {
                    read += part.get("text").asString().length();
                }
            }
            // Long before Tomcat would end its connection (server.tomcat.connection-timeout).
            Awaitility.await("the silent one is let go, and no other")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> server.bean(Followers.class).count() == 1);
            objects.finish(execution, "SUCCESS");
            var event = other.next();
            while (!event.name().equals("end")) {
                event = other.next();
            }
        }
    }
}
