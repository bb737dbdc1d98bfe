package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.start.CannotStartException;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartIT {

    private static final String ANOTHER =
            Base64.getEncoder().encodeToString("another key that has 32 bytes...".getBytes(StandardCharsets.UTF_8));
    private static final Map<String, String> LOST =
            Map.of("kiln.secrets-key", ANOTHER, "kiln.secrets-key-lost", "true");

    @TempDir
    private Path regions;

    @Test
    void severalProcessesMayStartAtOnceAndAgain() {
        var database = TestServers.freshDatabase();
        var other = CompletableFuture.supplyAsync(() -> ApiServer.start(database, regions, Map.of()));
        try (var first = ApiServer.start(database, regions, Map.of());
                var second = other.join()) {
            assertThat(first.as(ApiServer.ROOT).call("DescribeRegions").status())
                    .isEqualTo(200);
            // Nonces are refused whichever process saw them.
            var headers = WireClient.v3Headers("DescribeRegions");
            headers.put("x-acs-signature-nonce", "once");
            assertThat(first.as(ApiServer.ROOT)
                            .send("GET", "/", Map.of(), new byte[0], headers)
                            .status())
                    .isEqualTo(200);
            assertThat(second.as(ApiServer.ROOT)
                            .send("GET", "/", Map.of(), new byte[0], headers)
                            .refusal())
                    .isEqualTo("400 SignatureNonceUsed");
        }
        var renewed = new Keys(ApiServer.ROOT.account(), "newkey", "another-secret-for-root");
        try (var again = ApiServer.start(
                database,
                regions,
                Map.of("kiln.root.access-key-id", "newkey", "kiln.root.access-key-secret", renewed.secret()))) {
            assertThat(again.as(renewed).call("DescribeRegions").status()).isEqualTo(200);
            assertThat(again.as(ApiServer.ROOT).call("DescribeRegions").refusal())
                    .isEqualTo("400 InvalidAccessKeyId.Inactive");
        }
    }

    @Test
    void refusesToStartWithoutUsableSecrets() {
        var database = TestServers.freshDatabase();
        for (var settings : List.of(Map.of("kiln.secrets-key", ""), Map.of("kiln.root.access-key-id", ""))) {
            assertThatThrownBy(
                            () -> ApiServer.start(database, regions, settings).close())
                    .hasStackTraceContaining(CannotStartException.class.getName());
        }
    }

    @Test
    void withAnotherSecretsKeyNothingStartsUnlessTheFirstIsSaidToBeLost() {
        var database = TestServers.freshDatabase();
        Keys account;
        try (var first = ApiServer.start(database, regions, Map.of())) {
            account = first.newAccount().keys();
        }
        refusesToStartWithAnotherSecretsKey(database);

        try (var again = ApiServer.start(database, regions, LOST)) {
            assertThat(again.as(ApiServer.ROOT).call("DescribeRegions").status())
                    .isEqualTo(200);
            assertThat(again.jdbc()
                            .sql("select active from access_key where id = :id")
                            .param("id", account.id())
                            .query(Boolean.class)
                            .single())
                    .isFalse();
        }
    }

    @Test
    void keysWithPoliciesTellOfAnotherSecretsKeyAndAreSwitchedOffWithIt() {
        var database = TestServers.freshDatabase();
        Keys narrowed;
        WireClient temporary;
        try (var first = ApiServer.start(database, regions, Map.of())) {
            var root = first.as(ApiServer.ROOT);
            narrowed = TestKeys.narrowed(first, root, TestKeys.allow("*", "*")).keys();
            temporary = TestKeys.temporary(first, root, Map.of());
        }
        refusesToStartWithAnotherSecretsKey(database);

        try (var again = ApiServer.start(database, regions, LOST)) {
            assertThat(again.as(ApiServer.ROOT).call("DescribeRegions").status())
                    .isEqualTo(200);
            assertThat(again.as(narrowed).call("DescribeRegions").refusal())
                    .isEqualTo("400 InvalidAccessKeyId.Inactive");
            // Its parent is the root key, which stays.
            assertThat(new WireClient(again.port(), temporary.keys(), "any")
                            .call("DescribeRegions")
                            .refusal())
                    .isEqualTo("404 InvalidAccessKeyId.NotFound");
            // Somebody switches on again what nobody can sign with.
            assertThat(again.as(ApiServer.ROOT)
                            .rest("POST", "/api/v1/keys/" + narrowed.id() + "/enable", "")
                            .status())
                    .isEqualTo(200);
            assertThat(again.as(narrowed).call("DescribeRegions").refusal())
                    .isEqualTo("404 InvalidAccessKeyId.NotFound");
        }
    }

    private void refusesToStartWithAnotherSecretsKey(TestDatabase database) {
        assertThatThrownBy(() -> ApiServer.start(database, regions, Map.of("kiln.secrets-key", ANOTHER))
                        .close())
                .hasStackTraceContaining("kiln.secrets-key is another one");
    }

    @Test
    void secretsAreNotReadableInTheDatabase() {
        var server = ApiServer.shared();
        var keys = server.newAccount().keys();
        var stored = server.jdbc()
                .sql("select secret from access_key where id = :id")
                .param("id", keys.id())
                .query(byte[].class)
                .single();
        assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain(keys.secret());
    }
}
