package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.signature.Signatures;
import dev.kiln.testing.TestServers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that expire, as the vendor's STS gives them out. */
class TemporaryKeysIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient account = server.newAccount();

    @TempDir
    private Path regions;

    @Test
    void aTemporaryKeyDoesWhatItsAccountMayOverBothSignaturesAndRest() {
        var key = TestKeys.temporary(server, account, Map.of());
        assertThat(key.keys().id()).startsWith("STS.");
        var image = new TestObjects(server, key).image("temporary");
        assertThat(key.v1("GET", "DescribeRegions", "Format", "JSON").status()).isEqualTo(200);
        assertThat(key.v1("POST", "DescribeRegions", "Format", "JSON").status()).isEqualTo(200);
        assertThat(account.call("DescribeImages", "ImageId", image).at("TotalCount"))
                .isEqualTo("1");
        assertThat(key.rest("GET", "/api/v1/images/" + image, "").status()).isEqualTo(200);
    }

    @Test
    void livesAsLongAsIsAskedAndAnHourOtherwise() {
        assertThat(lifeOf(Map.of())).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
        assertThat(lifeOf(Map.of("durationSeconds", 900))).isBetween(Duration.ofMinutes(14), Duration.ofMinutes(16));
        assertThat(lifeOf(Map.of("durationSeconds", 43_200))).isBetween(Duration.ofHours(11), Duration.ofHours(13));
        for (var seconds : new long[] {899, 43_201, 0, -1, Long.MAX_VALUE}) {
            var refused =
                    account.rest("POST", "/api/v1/temporary-keys", TestKeys.body(Map.of("durationSeconds", seconds)));
            assertThat(refused.refusal()).isEqualTo("400 InvalidParameter.DurationSeconds");
            assertThat(refused.text()).contains("900 to 43200");
        }
    }

    private Duration lifeOf(Map<String, ?> wanted) {
        var made = account.rest("POST", "/api/v1/temporary-keys", TestKeys.body(wanted));
        return Duration.between(Instant.now(), Instant.parse(made.at("expiration")));
    }

    @Test
    void itsRequestsCarryItsTokenWhicheverWayTheyAreSigned() {
        var key = TestKeys.temporary(server, account, Map.of());
        var another = TestKeys.temporary(server, account, Map.of());
        var wrong = Map.of(
                "",
                "400 MissingSecurityToken",
                "x".repeat(63),
                "400 InvalidSecurityToken.Malformed",
                "no token",
                "400 InvalidSecurityToken.Malformed",
                another.securityToken(),
                "400 InvalidSecurityToken.MismatchWithAccessKey",
                "a".repeat(64),
                "400 InvalidSecurityToken.MismatchWithAccessKey");
        wrong.forEach((token, refusal) -> {
            var with = key.withToken(token);
            assertThat(with.call("DescribeRegions").refusal()).as(token).isEqualTo(refusal);
            assertThat(with.v1("GET", "DescribeRegions", "Format", "JSON").refusal())
                    .isEqualTo(refusal);
            assertThat(with.rest("GET", "/api/v1/keys", "").refusal()).isEqualTo(refusal);
        });
        var forged =
                new WireClient(server.port(), new Keys("", key.keys().id(), "another secret"), key.securityToken());
        assertThat(forged.call("DescribeRegions").refusal()).isEqualTo("400 SignatureDoesNotMatch");
    }

    @Test
    void theTokenIsUnderTheSignatureAndTheKeyIsNamedOnce() {
        var key = TestKeys.temporary(server, account, Map.of());
        var headers = WireClient.v3Headers("DescribeRegions");
        headers.put("x-acs-content-sha256", Signatures.sha256(new byte[0]));
        var signed = new WireClient(server.port(), key.keys()).authorization("POST", "/", Map.of(), headers);
        headers.put("authorization", signed);
        headers.put("x-acs-security-token", key.securityToken());
        assertThat(key.exchange("POST", "/", new byte[0], headers).refusal()).isEqualTo("400 IncompleteSignature");

        var other = WireClient.v3Headers("DescribeRegions");
        other.put("x-acs-accesskey-id", account.keys().id());
        assertThat(key.send("POST", "/", Map.of(), new byte[0], other).refusal())
                .isEqualTo("400 IncompleteSignature");
        var same = WireClient.v3Headers("DescribeRegions");
        same.put("x-acs-accesskey-id", key.keys().id());
        assertThat(key.send("POST", "/", Map.of(), new byte[0], same).status()).isEqualTo(200);
    }

    @Test
    void aTokenBesideAKeyThatDoesNotExpireSaysNothing() {
        var token = TestKeys.temporary(server, account, Map.of()).securityToken();
        assertThat(account.withToken(token).call("DescribeRegions").status()).isEqualTo(200);
        assertThat(account.withToken("any").v1("GET", "DescribeRegions").status())
                .isEqualTo(200);
    }

    @Test
    void anExpiredKeyIsRefusedAndRemovedADayLater() {
        var key = TestKeys.temporary(server, account, Map.of());
        age(key, "1 hour");
        assertThat(key.call("DescribeRegions").refusal()).isEqualTo("400 InvalidSecurityToken.Expired");
        assertThat(key.withToken("a".repeat(64)).call("DescribeRegions").refusal())
                .isEqualTo("400 InvalidSecurityToken.MismatchWithAccessKey");
        age(key, "1 day");
        var quick = Map.of("kiln.purge-interval", "100ms");
        try (var purging = ApiServer.start(server.database(), regions, quick)) {
            Awaitility.await("the row is removed")
                    .until(() -> new WireClient(purging.port(), key.keys(), key.securityToken())
                            .call("DescribeRegions")
                            .refusal()
                            .equals("404 InvalidAccessKeyId.NotFound"));
        }
        assertThat(account.call("DescribeRegions").status()).isEqualTo(200);
    }

    private void age(WireClient key, String by) {
        server.jdbc()
                .sql("update temporary_key set created_at = created_at - cast(:by as interval),"
                        + " expires_at = expires_at - cast(:by as interval) where id = :id")
                .param("by", by)
                .param("id", key.keys().id())
                .update();
    }

    @Test
    void itIsWorthNothingWithoutTheKeyThatMadeIt() {
        var parent = TestKeys.narrowed(server, account, TestKeys.allow("*", "*"));
        for (var maker : new WireClient[] {parent, server.as(anotherKey())}) {
            var key = TestKeys.temporary(server, maker, Map.of());
            assertThat(key.call("DescribeRegions").status()).isEqualTo(200);
            change(maker, "POST", "/disable");
            assertThat(key.call("DescribeRegions").refusal()).isEqualTo("400 InvalidAccessKeyId.Inactive");
            change(maker, "POST", "/enable");
            assertThat(key.call("DescribeRegions").status()).isEqualTo(200);
            change(maker, "DELETE", "");
            assertThat(key.call("DescribeRegions").refusal()).isEqualTo("404 InvalidAccessKeyId.NotFound");
        }
    }

    private Keys anotherKey() {
        var made = account.rest("POST", "/api/v1/keys", "{}");
        return new Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret"));
    }

    private void change(WireClient key, String method, String how) {
        var answer = account.rest(method, "/api/v1/keys/" + key.keys().id() + how, "");
        assertThat(answer.status()).as(answer.text()).isBetween(200, 204);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /api/v1/temporary-keys",
        "POST, /api/v1/keys",
        "POST, /api/v1/keys/ID/disable",
        "POST, /api/v1/keys/ID/enable",
        "DELETE, /api/v1/keys/ID"
    })
    void itMakesAndChangesNoKeys(String method, String path) {
        var key = TestKeys.temporary(server, account, Map.of());
        var target = path.replace("ID", account.keys().id());
        assertThat(key.rest(method, target, "{}").refusal()).isEqualTo("403 Forbidden.TemporaryKey");
        assertThat(account.call("DescribeRegions").status()).isEqualTo(200);
    }

    @Test
    void aTemporaryRootKeyMakesNoAccounts() {
        var key = TestKeys.temporary(server, server.as(ApiServer.ROOT), Map.of());
        assertThat(key.rest("POST", "/api/v1/accounts", "{\"name\":\"x\"}").refusal())
                .isEqualTo("403 Forbidden.TemporaryKey");
        assertThat(key.rest("GET", "/api/v1/doctor", "").status()).isEqualTo(200);
    }

    @Test
    void itCountsAgainstTheRateOfTheKeyThatMadeIt() {
        var limits = Map.of("kiln.throttle.burst", "10", "kiln.throttle.per-second", "1");
        try (var slow = ApiServer.start(TestServers.freshDatabase(), regions, limits)) {
            var busy = slow.newAccount();
            var first = TestKeys.temporary(slow, busy, Map.of());
            var second = TestKeys.temporary(slow, busy, Map.of());
            var last = first.call("DescribeRegions");
            for (int call = 0; call < 100 && last.status() == 200; call++) {
                last = first.call("DescribeRegions");
            }
            assertThat(last.refusal()).isEqualTo("400 Throttling.User");
            assertThat(second.call("DescribeRegions").refusal()).isEqualTo("400 Throttling.User");
            assertThat(busy.call("DescribeRegions").refusal()).isEqualTo("400 Throttling.User");
            assertThat(slow.newAccount().call("DescribeRegions").status()).isEqualTo(200);
        }
    }

    @Test
    void neitherTokenNorSecretIsReadableInTheDatabase() {
        var key = TestKeys.temporary(server, account, Map.of());
        var row = server.jdbc()
                .sql("select cast(t as text) || encode(secret, 'escape') from temporary_key t where id = :id")
                .param("id", key.keys().id())
                .query(String.class)
                .single();
        assertThat(row)
                .contains(Signatures.sha256(key.securityToken().getBytes(StandardCharsets.UTF_8)))
                .doesNotContain(key.securityToken(), key.keys().secret());
    }

    @Test
    void itsPolicyNarrowsItAndThatOfTheKeyThatMadeItHoldsToo() {
        var parent = TestKeys.narrowed(
                server,
                account,
                TestKeys.policy(
                        TestKeys.statement("Allow", "ecs:Describe*", "*"),
                        TestKeys.statement("Allow", "kiln:CreateTemporaryKey", "*")));
        var narrow = TestKeys.temporary(server, parent, Map.of("policy", TestKeys.allow("ecs:DescribeRegions", "*")));
        var wide = TestKeys.temporary(server, parent, Map.of("policy", TestKeys.allow("*", "*")));
        assertThat(narrow.call("DescribeRegions").status()).isEqualTo(200);
        assertThat(narrow.call("DescribeImages").refusal()).isEqualTo("403 Forbidden.RAM");
        assertThat(wide.call("DescribeImages").status()).isEqualTo(200);
        assertThat(wide.call("DeleteImage", "ImageId", "m-x").refusal()).isEqualTo("403 Forbidden.RAM");
    }
}
