package dev.kiln.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Signatures;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/** Provokes every code of the REST API. */
class RestCodesIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void everyCodeIsProvokedAndHasItsStatus() {
        var provoked = provoked();
        // That of followers needs connections that stay open: LiveLogsIT provokes it.
        var codes = RestCodes.CODES.stream()
                .filter(code -> !code.equals(RestCodes.TOO_MANY_FOLLOWERS))
                .toList();
        assertThat(provoked.keySet()).containsExactlyInAnyOrderElementsOf(codes);
        provoked.forEach((code, call) -> assertThat(call.get().refusal()).isEqualTo(code.status() + " " + code.code()));
    }

    private Map<ErrorCode, Supplier<Reply>> provoked() {
        var provoked = new LinkedHashMap<ErrorCode, Supplier<Reply>>();
        provoked.put(RestCodes.ROOT_ONLY, () -> client.rest("POST", "/api/v1/accounts", "{\"name\":\"x\"}"));
        ofKeys(provoked);
        var again = "{\"id\":\"" + client.keys().account() + "\",\"name\":\"x\"}";
        provoked.put(RestCodes.ACCOUNT_EXISTS, () -> server.as(ApiServer.ROOT).rest("POST", "/api/v1/accounts", again));
        provoked.put(RestCodes.TOO_LARGE, () -> client.rest("POST", "/api/v1/accounts", " ".repeat((64 << 10) + 1)));
        provoked.put(RestCodes.INVALID_ARCHIVE, () -> upload(new byte[1]));
        provoked.put(RestCodes.INVALID_DISK, () -> upload(Arrays.copyOf("vhdxfile".getBytes(UTF_8), 4096)));
        provoked.put(RestCodes.OUTPUT_FORMAT, () -> {
            var path = "/api/v1/templates/" + objects.template(objects.image("bare")) + "/output-format";
            return client.rest("PUT", path, "{\"format\":\"raw\"}");
        });
        provoked.put(RestCodes.PACKER, () -> {
            var template = objects.template(objects.image("commands"));
            server.jdbc()
                    .sql("update template set build_content = 'RUN true' where id = :id")
                    .param("id", template)
                    .update();
            return client.rest("PUT", "/api/v1/templates/" + template + "/packer", "{\"file\":\"a.pkr.hcl\"}");
        });
        provoked.put(RestCodes.ELSEWHERE, () -> {
            var image = objects.image("elsewhere");
            server.jdbc()
                    .sql("update image_copy set artifact = 'ami-1', digest = null where id = :id")
                    .param("id", image)
                    .update();
            return client.rest("GET", "/api/v1/images/" + image + "/content", "");
        });
        provoked.put(RestCodes.CONFLICT, this::contextThatIsRemovedMeanwhile);
        provoked.put(RestCodes.RUNNING, () -> {
            var template = objects.template(objects.image("base"));
            objects.start(template);
            return client.upload("PUT", context(template), TestObjects.tar("a", "b"), Map.of());
        });
        provoked.put(RestCodes.RANGE, () -> {
            var content = "/api/v1/images/" + objects.image("short") + "/content";
            return client.upload("GET", content, new byte[0], Map.of("range", "bytes=9999999-"));
        });
        provoked.put(RestCodes.IMAGE_LOST, () -> {
            var image = objects.image("lost");
            var there = server.regions().resolve(WireClient.REGION + "/images/" + image);
            assertThat(FileSystemUtils.deleteRecursively(there.toFile())).isTrue();
            return client.rest("GET", "/api/v1/images/" + image + "/content", "");
        });
        var packages = "/api/v1/images/" + objects.image("bare") + "/packages";
        provoked.put(RestCodes.PACKAGES_NOT_RECORDED, () -> client.rest("GET", packages, ""));
        provoked.put(RestCodes.NO_PREVIOUS_IMAGE, () -> client.rest("GET", packages + "/differences", ""));
        provoked.put(RestCodes.TASK_NOT_FOUND, () -> client.rest("GET", "/api/v1/tasks/t-none", ""));
        provoked.put(RestCodes.NOTHING_FAILED, () -> retry(true));
        provoked.put(RestCodes.NOT_FINISHED, () -> retry(false));
        provoked.put(RestCodes.IMAGE_GONE, () -> {
            var execution = objects.start(objects.template(objects.image("base")));
            objects.finish(execution, "PARTITION_SUCCESS");
            return client.rest("POST", "/api/v1/executions/" + execution + "/targets/retry", "");
        });
        provoked.put(RestCodes.PARAMETER_NAME, () -> start("{\"parameters\":{\"NONE\":\"x\"}}"));
        provoked.put(RestCodes.PARAMETER_VALUE, () -> start("{\"parameters\":{\"NONE\":null}}"));
        provoked.put(RestCodes.UNATTENDED, () -> {
            var path = "/api/v1/templates/" + objects.template(objects.image("base")) + "/rebuild";
            return client.rest("PUT", path, "{\"onBaseChange\":true}");
        });
        provoked.put(RestCodes.SCHEDULE_NOT_FOUND, () -> {
            var path = "/api/v1/templates/" + objects.template(objects.image("base")) + "/schedule";
            return client.rest("DELETE", path, "");
        });
        provoked.put(RestCodes.INVALID_URL, () -> client.rest("POST", "/api/v1/webhooks", "{\"url\":\"x\"}"));
        provoked.put(RestCodes.WEBHOOK_NOT_FOUND, () -> client.rest("DELETE", "/api/v1/webhooks/wh-none", ""));
        provoked.put(RestCodes.TOO_MANY_WEBHOOKS, () -> {
            var greedy = server.newAccount();
            var last = webhook(greedy);
            for (int made = 0; made < 20 && last.status() == 201; made++) {
                last = webhook(greedy);
            }
            return last;
        });
        return provoked;
    }

    private void ofKeys(Map<ErrorCode, Supplier<Reply>> provoked) {
        provoked.put(
                RestCodes.LONG_LIVED_ONLY,
                () -> TestKeys.temporary(server, client, Map.of()).rest("POST", "/api/v1/keys", "{}"));
        provoked.put(
                RestCodes.MORE_RIGHTS,
                () -> TestKeys.narrowed(server, client, TestKeys.allow("kiln:*", "*"))
                        .rest("POST", "/api/v1/keys/" + client.keys().id() + "/enable", ""));
        provoked.put(
                RestCodes.LAST_ROOT_KEY,
                () -> server.as(ApiServer.ROOT).rest("DELETE", "/api/v1/keys/" + ApiServer.ROOT.id(), ""));
        provoked.put(
                RestCodes.INVALID_DURATION,
                () -> client.rest("POST", "/api/v1/temporary-keys", "{\"durationSeconds\":1}"));
        provoked.put(RestCodes.MALFORMED_POLICY, () -> client.rest("POST", "/api/v1/keys", "{\"policy\":\"\"}"));
        provoked.put(RestCodes.TOO_MANY_KEYS, () -> {
            var greedy = server.newAccount();
            var last = greedy.rest("POST", "/api/v1/keys", "{}");
            for (int made = 0; made < 200 && last.status() == 201; made++) {
                last = greedy.rest("POST", "/api/v1/keys", "{}");
            }
            return last;
        });
    }

    private Reply start(String body) {
        var template = objects.template(objects.image("base"));
        return client.rest("POST", "/api/v1/templates/" + template + "/executions", body);
    }

    /** Nothing is ever sent to it: the account starts nothing. */
    private static Reply webhook(WireClient account) {
        return account.rest("POST", "/api/v1/webhooks", "{\"url\":\"https://1.1.1.1/hook\"}");
    }

    private Reply upload(byte[] bytes) {
        return client.upload("POST", "/api/v1/images?name=bad&regionId=cn-hangzhou", bytes, Map.of());
    }

    private static String context(String template) {
        return "/api/v1/templates/" + template + "/context";
    }

    private Reply retry(boolean finished) {
        var execution = objects.start(objects.template(objects.image("base")));
        if (finished) {
            objects.finish(execution, "SUCCESS");
        }
        return client.rest("POST", "/api/v1/executions/" + execution + "/targets/retry", "");
    }

    /** As if another upload of the same bytes had failed, and removed them. */
    private Reply contextThatIsRemovedMeanwhile() {
        var template = objects.template(objects.image("base"));
        var tar = TestObjects.tar("a", "twice");
        var stored = server.regions().resolve("cn-hangzhou/contexts/" + template + "/" + Signatures.sha256(tar));
        return HeldLock.during(
                server,
                jdbc -> jdbc.sql("select id from template where id = :id for update")
                        .param("id", template)
                        .query(String.class)
                        .list(),
                () -> client.upload("PUT", context(template), tar, Map.of()),
                () -> assertThat(FileSystemUtils.deleteRecursively(stored.toFile()))
                        .isTrue());
    }
}
