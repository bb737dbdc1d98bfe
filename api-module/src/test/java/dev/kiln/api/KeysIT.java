package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.OwnThreads;
import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys of accounts: made, listed, switched off and on, deleted. */
class KeysIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient root = server.as(ApiServer.ROOT);
    private final WireClient account = server.newAccount();

    @TempDir
    private Path regions;

    @Test
    void anAccountMakesListsDisablesEnablesAndDeletesItsKeys() {
        var policy = TestKeys.allow("ecs:DescribeRegions", "*");
        var key = TestKeys.narrowed(server, account, policy);
        var listed = account.rest("GET", "/api/v1/keys", "");
        assertThat(listed.at("keys/0/accessKeyId")).isEqualTo(account.keys().id());
        assertThat(listed.json().at("/keys/0/policies").size()).isZero();
        assertThat(listed.at("keys/1/accessKeyId")).isEqualTo(key.keys().id());
        assertThat(listed.at("keys/1/policies/0")).isEqualTo(policy);
        assertThat(listed.text()).doesNotContain(key.keys().secret());

        assertThat(account.rest("POST", path(key) + "/disable", "").at("active"))
                .isEqualTo("false");
        assertThat(key.call("DescribeRegions").refusal()).isEqualTo("400 InvalidAccessKeyId.Inactive");
        assertThat(account.rest("POST", path(key) + "/enable", "").at("active")).isEqualTo("true");
        assertThat(key.call("DescribeRegions").status()).isEqualTo(200);
        assertThat(account.rest("DELETE", path(key), "").status()).isEqualTo(204);
        assertThat(key.call("DescribeRegions").refusal()).isEqualTo("404 InvalidAccessKeyId.NotFound");
        assertThat(account.rest("DELETE", path(key), "").refusal()).isEqualTo("404 InvalidAccessKeyId.NotFound");
    }

    private static String path(WireClient key) {
        return "/api/v1/keys/" + key.keys().id();
    }

    @Test
    void aKeyWithoutAPolicyMayDoWhatItsAccountMay() {
        var made = account.rest("POST", "/api/v1/keys", "{}");
        var key = server.as(new Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret")));
        assertThat(new TestObjects(server, key).image("second")).startsWith("m-");
        assertThat(key.rest("DELETE", path(account), "").status()).isEqualTo(204);
        assertThat(account.call("DescribeRegions").status()).isEqualTo(404);
    }

    @Test
    void othersKeysAreLikeNonesButForTheRootAccount() {
        var other = server.newAccount();
        var theirs = "{\"accountId\":\"" + account.keys().account() + "\"}";
        assertThat(other.rest("POST", "/api/v1/keys", theirs).refusal()).isEqualTo("403 Forbidden.Unauthorized");
        assertThat(other.rest("GET", "/api/v1/keys?accountId=" + account.keys().account(), "")
                        .refusal())
                .isEqualTo("403 Forbidden.Unauthorized");
        for (var change : List.of("/disable", "/enable")) {
            assertThat(other.rest("POST", path(account) + change, "").refusal())
                    .isEqualTo("404 InvalidAccessKeyId.NotFound");
        }
        assertThat(other.rest("DELETE", path(account), "").refusal()).isEqualTo("404 InvalidAccessKeyId.NotFound");

        var made = root.rest("POST", "/api/v1/keys", theirs);
        assertThat(made.at("accountId")).isEqualTo(account.keys().account());
        var list = root.rest("GET", "/api/v1/keys?accountId=" + account.keys().account(), "");
        assertThat(list.json().at("/keys").size()).isEqualTo(2);
        assertThat(root.rest("POST", path(account) + "/disable", "").status()).isEqualTo(200);
        assertThat(account.call("DescribeRegions").refusal()).isEqualTo("400 InvalidAccessKeyId.Inactive");
        assertThat(root.rest("POST", "/api/v1/keys", "{\"accountId\":\"5\"}").refusal())
                .isEqualTo("404 InvalidAccount.NotFound");
        assertThat(root.rest("POST", "/api/v1/keys", "{\"accountId\":\"x\"}").refusal())
                .isEqualTo("400 InvalidAccountId");
    }

    @Test
    void aMemberThatIsNotKnownIsRefusedSoThatNoPolicyIsLost() {
        for (var path : List.of("/api/v1/keys", "/api/v1/temporary-keys")) {
            var refused = account.rest("POST", path, "{\"Policy\":\"x\"}");
            assertThat(refused.refusal()).isEqualTo("400 InvalidParameter");
            assertThat(refused.text()).contains("Policy");
            assertThat(account.rest("POST", path, "{\"policy\":{}}").status()).isEqualTo(400);
            assertThat(account.rest("POST", path, "{\"policy\":\"\"}").refusal())
                    .isEqualTo("400 MalformedPolicyDocument");
        }
        var slip = account.rest(
                "POST", "/api/v1/keys", TestKeys.body(Map.of("policy", TestKeys.allow("ecs:DescribeImagez", "*"))));
        assertThat(slip.refusal()).isEqualTo("400 MalformedPolicyDocument");
        assertThat(slip.text()).contains("ecs:describeimagez");
    }

    @Test
    void theRootAccountKeepsAKeyThatMayDoEverythingWhoeverDisablesWhatAtOnce() {
        try (var own = ApiServer.start(TestServers.freshDatabase(), regions, Map.of())) {
            var first = own.as(ApiServer.ROOT);
            var narrowed = TestKeys.narrowed(own, first, TestKeys.allow("kiln:*", "*"));
            assertThat(narrowed.rest("POST", path(first) + "/disable", "").refusal())
                    .isEqualTo("409 LastRootKey");
            assertThat(first.rest("DELETE", path(first), "").refusal()).isEqualTo("409 LastRootKey");
            var made = first.rest("POST", "/api/v1/keys", "{}");
            var second = own.as(new Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret")));
            var attempts = new ArrayList<CompletableFuture<Integer>>();
            for (var pair : List.of(List.of(first, second), List.of(second, first))) {
                attempts.add(CompletableFuture.supplyAsync(
                        () -> pair.get(0)
                                .rest("POST", path(pair.get(1)) + "/disable", "")
                                .status(),
                        OwnThreads.EACH));
            }
            attempts.forEach(CompletableFuture::join);
            assertThat(Stream.of(first, second)
                            .map(key -> key.call("DescribeRegions").status()))
                    .containsOnlyOnce(200);
        }
    }

    @Test
    void theRootAccountAloneSeesWhichAccountsThereAre() {
        var number = account.keys().account();

        assertThat(server.as(ApiServer.ROOT).rest("GET", "/api/v1/accounts", "").text())
                .containsPattern(
                        "\\{\"accountId\":\"" + number + "\",\"name\":\"[^\"]+\",\"root\":false,\"createdAt\":\"20")
                .contains("\"root\":true");
        assertThat(account.rest("GET", "/api/v1/accounts", "").refusal()).isEqualTo("403 Forbidden.Unauthorized");
    }

    @Test
    void theConfiguredRootKeySwitchesOthersOffWhenItIsNewAndStaysOffWhenItWasSwitchedOff() {
        var database = TestServers.freshDatabase();
        WireClient narrowed;
        Keys second;
        try (var own = ApiServer.start(database, regions, Map.of())) {
            var first = own.as(ApiServer.ROOT);
            narrowed = TestKeys.narrowed(own, first, TestKeys.allow("ecs:*", "*"));
            var made = first.rest("POST", "/api/v1/keys", "{}");
            second = new Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret"));
        }
        try (var same = ApiServer.start(database, regions, Map.of())) {
            assertThat(same.as(narrowed.keys()).call("DescribeRegions").status())
                    .isEqualTo(200);
            var by = same.as(second);
            assertThat(by.rest("POST", "/api/v1/keys/" + ApiServer.ROOT.id() + "/disable", "")
                            .status())
                    .isEqualTo(200);
        }
        try (var again = ApiServer.start(database, regions, Map.of())) {
            assertThat(again.as(ApiServer.ROOT).call("DescribeRegions").refusal())
                    .isEqualTo("400 InvalidAccessKeyId.Inactive");
            assertThat(again.as(second).call("DescribeRegions").status()).isEqualTo(200);
        }
        var renewed = new Keys(ApiServer.ROOT.account(), "renewed", "another-secret-for-root");
        var settings = Map.of("kiln.root.access-key-id", renewed.id(), "kiln.root.access-key-secret", renewed.secret());
        try (var changed = ApiServer.start(database, regions, settings)) {
            assertThat(changed.as(renewed).call("DescribeRegions").status()).isEqualTo(200);
            for (var key : List.of(narrowed.keys(), second)) {
                assertThat(changed.as(key).call("DescribeRegions").refusal())
                        .isEqualTo("400 InvalidAccessKeyId.Inactive");
            }
        }
    }

    @Test
    void aKeyWithAPolicyMakesNoKeyThatMayDoMore() {
        var maker = TestKeys.narrowed(
                server,
                account,
                TestKeys.policy(
                        TestKeys.statement("Allow", "ecs:DescribeRegions", "*"),
                        TestKeys.statement("Allow", "kiln:*Key*", "*")));
        var wide = TestKeys.narrowed(server, maker, TestKeys.allow("*", "*"));
        var plain = maker.rest("POST", "/api/v1/keys", "{}");
        var bare = server.as(new Keys(plain.at("accountId"), plain.at("accessKeyId"), plain.at("accessKeySecret")));
        for (var key : List.of(wide, bare, TestKeys.narrowed(server, wide, TestKeys.allow("ecs:*", "*")))) {
            assertThat(key.call("DescribeImages").refusal()).isEqualTo("403 Forbidden.RAM");
        }
        assertThat(bare.call("DescribeRegions").status()).isEqualTo(200);

        var unable = TestKeys.narrowed(server, account, TestKeys.allow("ecs:*", "*"));
        for (var path : List.of("/api/v1/keys", "/api/v1/temporary-keys")) {
            assertThat(unable.rest("POST", path, "{}").refusal()).isEqualTo("403 Forbidden.RAM");
        }
    }

    @Test
    void noMoreThanFivePoliciesAddUp() {
        var last = account;
        for (int depth = 0; depth < 5; depth++) {
            var policy = TestKeys.policy(
                    TestKeys.statement("Allow", "*", "*"),
                    TestKeys.statement("Allow", "*", "acs:ecs:*:" + depth + ":*"));
            last = TestKeys.narrowed(server, last, policy);
        }
        assertThat(last.rest("POST", "/api/v1/keys", "{}").status()).isEqualTo(201);
        var sixth = TestKeys.body(Map.of("policy", TestKeys.allow("*", "*")));
        assertThat(last.rest("POST", "/api/v1/keys", sixth).refusal()).isEqualTo("400 MalformedPolicyDocument");
    }

    @Test
    void whoMayEnableKeysDoesNotBecomeMoreByOne() {
        var full = account.rest("POST", "/api/v1/keys", "{}").at("accessKeyId");
        account.rest("POST", "/api/v1/keys/" + full + "/disable", "");
        var switcher = TestKeys.narrowed(server, account, TestKeys.allow("kiln:*", "*"));
        assertThat(switcher.rest("POST", "/api/v1/keys/" + full + "/enable", "").refusal())
                .isEqualTo("403 Forbidden.MoreRights");
        var own = TestKeys.narrowed(server, switcher, TestKeys.allow("kiln:ListKeys", "*"));
        assertThat(switcher.rest("POST", path(own) + "/disable", "").status()).isEqualTo(200);
        assertThat(switcher.rest("POST", path(own) + "/enable", "").status()).isEqualTo(200);
    }

    @Test
    void anAccountThatANarrowedRootKeyMakesIsNarrowedToo() {
        var maker = TestKeys.narrowed(server, root, TestKeys.allow("kiln:CreateAccount", "*"));
        var made = maker.rest("POST", "/api/v1/accounts", "{\"name\":\"narrow\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        var key = server.as(new Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret")));
        assertThat(key.call("DescribeRegions").refusal()).isEqualTo("403 Forbidden.RAM");
    }

    @Test
    void olderProgramsDoNotKnowKeysWithPoliciesOrExpiry() {
        var narrowed = TestKeys.narrowed(server, account, TestKeys.allow("ecs:*", "*"));
        var temporary = TestKeys.temporary(server, account, Map.of());
        var known = server.jdbc()
                .sql("select count(*) from access_key where id in (:ids)")
                .param("ids", List.of(narrowed.keys().id(), temporary.keys().id()))
                .query(Integer.class)
                .single();
        assertThat(known).isZero();
    }
}
