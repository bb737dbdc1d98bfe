package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestServers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much an account may have, whoever asks for the last of it at the same time. */
class QuotasIT {

    private static final int MOST = 3;
    private static final int CALLERS = 8;

    @TempDir
    private static Path regions;

    private static ApiServer server;

    private final WireClient account = server.newAccount();
    private final TestObjects objects = new TestObjects(server, account);

    @BeforeAll
    static void start() {
        var settings = new LinkedHashMap<String, String>();
        for (var what : List.of("templates", "components", "images", "shares", "keys", "temporary-keys")) {
            settings.put("kiln.quota." + what, Integer.toString(MOST));
        }
        settings.put("kiln.webhooks.per-account", Integer.toString(MOST));
        server = ApiServer.start(TestServers.freshDatabase(), regions, settings);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void noMoreTemplatesThanAllowedHoweverManyAreMadeAtOnce() {
        var image = objects.image("base");
        var replies = atOnce(call -> account.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", image));
        assertThat(made(replies)).isEqualTo(MOST);
        assertThat(refusals(replies)).containsOnly("400 QuotaExceed.ImagePipeline");
        var first = account.call("DescribeImagePipelines").at("ImagePipeline/ImagePipelineSet/0/ImagePipelineId");
        account.call("DeleteImagePipeline", "ImagePipelineId", first);
        assertThat(objects.template(image)).startsWith("ip-");
    }

    @Test
    void noMoreWebhooksThanAllowedHoweverManyAreMadeAtOnce() {
        var replies = atOnce(call -> account.rest("POST", "/api/v1/webhooks", "{\"url\":\"https://1.1.1.1/\"}"));
        assertThat(made(replies)).isEqualTo(MOST);
        assertThat(refusals(replies)).containsOnly("403 QuotaExceed.Webhook");
    }

    @Test
    void whoComesWhileAnotherTakesTheLastOneWaitsAndIsRefused() {
        var image = objects.image("base");
        objects.template(image);
        objects.template(image);
        var refused = HeldLock.during(
                server,
                other -> other.sql("""
                        with held as (select id from account where id = :account for no key update)
                        insert into template (id, account_id, region_id, name, base_image_type, base_image)
                        select 'ip-' || lpad(cast(id as text), 20, '0'), id, 'cn-hangzhou', 'last', 'IMAGE', 'm-x' from held
                        """)
                        .param("account", Long.parseLong(account.keys().account()))
                        .update(),
                () -> account.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", image));
        assertThat(refused.refusal()).isEqualTo("400 QuotaExceed.ImagePipeline");
    }

    @Test
    void aRepeatedRequestIsAnsweredThoughTheQuotaIsUsedUp() {
        var image = objects.image("base");
        var create = new String[] {"BaseImageType", "IMAGE", "BaseImage", image, "ClientToken", "once"};
        var id = account.call("CreateImagePipeline", create).at("ImagePipelineId");
        for (int number = 1; number < MOST; number++) {
            objects.template(image);
        }
        assertThat(account.call("CreateImagePipeline", create).at("ImagePipelineId"))
                .isEqualTo(id);
        assertThat(account.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", image)
                        .text())
                .contains("has 3 templates");
    }

    @Test
    void noMoreComponentsThanAllowed() {
        var replies = atOnce(call -> account.call("CreateImageComponent", "Content", "RUN true"));
        assertThat(made(replies)).isEqualTo(MOST);
        assertThat(refusals(replies)).containsOnly("400 QuotaExceed.ImageComponent");
    }

    @Test
    void noMoreImagesThanAllowedByUploadsAndCopies() {
        var first = objects.image("first");
        var replies = atOnce(call -> call % 2 == 0
                ? account.call("CopyImage", "ImageId", first)
                : account.upload(
                        "POST",
                        "/api/v1/images?name=upload&regionId=" + WireClient.REGION,
                        TestObjects.tar("a", "b"),
                        Map.of()));
        assertThat(made(replies)).isEqualTo(MOST - 1);
        assertThat(refusals(replies)).containsOnly("403 QuotaExceed.Image");
        assertThat(account.call("CopyImage", "ImageId", first, "DryRun", "true").refusal())
                .isEqualTo("403 QuotaExceed.Image");
    }

    @Test
    void noMoreSharesThanAllowed() {
        var image = objects.image("shared");
        var others = new ArrayList<String>();
        for (int number = 0; number < CALLERS; number++) {
            others.add(server.newAccount().keys().account());
        }
        var replies = atOnce(
                call -> account.call("ModifyImageSharePermission", "ImageId", image, "AddAccount.1", others.get(call)));
        assertThat(made(replies)).isEqualTo(MOST);
        assertThat(refusals(replies)).containsOnly("403 QuotaExceed.ShareImageUser");

        // A template shares without being asked, and a setting may be made smaller.
        server.jdbc()
                .sql(
                        "insert into image_share (image_id, account_id, state, shared_at)"
                                + " select :image, cast(a as bigint), 'SHARED', now() from unnest(:accounts) a on conflict do nothing")
                .param("image", image)
                .param("accounts", others.toArray(String[]::new))
                .update();
        var withdraw = account.call("ModifyImageSharePermission", "ImageId", image, "RemoveAccount.1", others.get(0));
        assertThat(withdraw.status()).as(withdraw.text()).isEqualTo(200);
    }

    @Test
    void noMoreKeysThanAllowed() {
        var policy = TestKeys.body(Map.of("policy", TestKeys.allow("*", "*")));
        var replies = atOnce(call -> account.rest("POST", "/api/v1/keys", call % 2 == 0 ? "{}" : policy));
        assertThat(made(replies)).isEqualTo(MOST - 1);
        assertThat(refusals(replies)).containsOnly("403 QuotaExceed.AccessKey");
        var temporary = atOnce(call -> account.rest("POST", "/api/v1/temporary-keys", "{}"));
        assertThat(made(temporary)).isEqualTo(MOST);
        assertThat(refusals(temporary)).containsOnly("403 QuotaExceed.AccessKey");
        server.jdbc()
                .sql("update temporary_key set created_at = created_at - interval '2 h', expires_at = now()")
                .update();
        assertThat(account.rest("POST", "/api/v1/temporary-keys", "{}").status())
                .isEqualTo(201);
    }

    @Test
    void zeroIsNoLimit(@TempDir Path own) {
        var none = Map.of("kiln.quota.components", "0", "kiln.quota.keys", "0");
        try (var unlimited = ApiServer.start(server.database(), own, none)) {
            var client = unlimited.newAccount();
            for (int number = 0; number <= MOST; number++) {
                assertThat(client.call("CreateImageComponent", "Content", "RUN true")
                                .status())
                        .isEqualTo(200);
                assertThat(client.rest("POST", "/api/v1/keys", "{}").status()).isEqualTo(201);
            }
        }
    }

    private static List<Reply> atOnce(IntFunction<Reply> call) {
        var go = new CountDownLatch(1);
        var threads = Executors.newFixedThreadPool(CALLERS);
        try {
            var calls = new ArrayList<CompletableFuture<Reply>>();
            for (int number = 0; number < CALLERS; number++) {
                int which = number;
                calls.add(CompletableFuture.supplyAsync(
                        () -> {
                            await(go);
                            return call.apply(which);
                        },
                        threads));
            }
            go.countDown();
            return calls.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdown();
        }
    }

    private static void await(CountDownLatch go) {
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long made(List<Reply> replies) {
        return replies.stream().filter(reply -> reply.status() < 300).count();
    }

    private static List<String> refusals(List<Reply> replies) {
        return replies.stream()
                .filter(reply -> reply.status() >= 300)
                .map(Reply::refusal)
                .toList();
    }
}
