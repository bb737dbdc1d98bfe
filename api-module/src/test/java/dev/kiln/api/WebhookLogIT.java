package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long the log of deliveries goes back. */
class WebhookLogIT {

    @TempDir
    private Path regions;

    @Test
    void whatEndedLongAgoIsForgottenAndNotBefore() {
        var often = Map.of("kiln.purge-interval", "100ms", "kiln.webhooks.keep-for", "7d");
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, often)) {
            // The younger one first: whatever removes the older one has seen it.
            ended(server, "younger", "6 days 23 hours");
            ended(server, "older", "7 days 1 minute");

            Awaitility.await().until(() -> !kept(server).contains("older"));
            assertThat(kept(server)).containsExactly("younger");
        }
    }

    private static void ended(ApiServer server, String webhook, String ago) {
        server.jdbc()
                .sql("insert into webhook_delivery (webhook_id, sequence, event, state, ended_at)"
                        + " values (:webhook, 1, '{}', 'DELIVERED', now() - cast(:ago as interval))")
                .param("webhook", webhook)
                .param("ago", ago)
                .update();
    }

    private static List<String> kept(ApiServer server) {
        return server.jdbc()
                .sql("select webhook_id from webhook_delivery")
                .query(String.class)
                .list();
    }
}
