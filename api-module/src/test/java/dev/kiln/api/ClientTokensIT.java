package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a client token is known again. */
class ClientTokensIT {

    @TempDir
    private Path regions;

    @Test
    void aTokenIsForgottenAfterSevenDaysAndNotBefore() {
        var often = Map.of("kiln.purge-interval", "100ms");
        try (var server = ApiServer.start(TestServers.freshDatabase(), regions, often)) {
            var client = server.newAccount();
            var older = create(client, "older");
            var younger = create(client, "younger");
            assertThat(create(client, "older")).isEqualTo(older);

            // In one go, so that what forgets the one has seen the other as it is now.
            server.jdbc().sql("""
                            update client_token set created_at = now() - interval '7 days'
                                + case token when 'older' then interval '-1 minute' else interval '1 hour' end
                            """).update();

            await().until(() -> !create(client, "older").equals(older));
            assertThat(create(client, "younger")).isEqualTo(younger);
        }
    }

    private static String create(WireClient client, String token) {
        return client.call("CreateImageComponent", "Content", "RUN true", "ClientToken", token)
                .at("ImageComponentId");
    }
}
