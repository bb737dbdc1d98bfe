package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.signature.Signatures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RestIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);

    @Test
    void onlyTheRootAccountMakesAccounts() {
        assertThat(client.rest("POST", "/api/v1/accounts", "{\"name\":\"x\"}").refusal())
                .isEqualTo("403 Forbidden.Unauthorized");
        var root = server.as(ApiServer.ROOT);
        var made = root.rest("POST", "/api/v1/accounts", "{\"id\":\"4711\",\"name\":\"x\"}");
        assertThat(made.at("accountId")).as(made.text()).isEqualTo("4711");
        assertThat(root.rest("POST", "/api/v1/accounts", "{\"id\":4711,\"name\":\"x\"}")
                        .refusal())
                .isEqualTo("409 AccountExists");
        for (var bad : new String[] {
            "{\"id\":\"0\",\"name\":\"x\"}",
            "{\"id\":\"99999999999999999\",\"name\":\"x\"}",
            "{\"name\":\"\"}",
            "{}",
            "{\"name\":\"\\u0000\"}",
            "[",
            "",
            "null",
            "{\"name\":" + "[".repeat(5000),
            "{\"name\":{}}",
            "{\"name\":\"" + "x".repeat(200) + "\"}"
        }) {
            assertThat(root.rest("POST", "/api/v1/accounts", bad).status())
                    .as(bad)
                    .isEqualTo(400);
        }
        assertThat(root.rest("POST", "/api/v1/accounts", "x".repeat(70_000)).status())
                .isEqualTo(413);
        assertThat(root.upload("POST", "/api/v1/accounts", new byte[] {1}, Map.of("content-type", "text/xml"))
                        .status())
                .isEqualTo(415);
    }

    @Test
    void anImageIsUploadedDescribedAndDownloadedInParts() {
        var tar = TestObjects.tar("etc/hostname", "golden");
        var made = client.upload(
                "POST", "/api/v1/images?name=golden&family=fam&description=d%20e&regionId=cn-beijing", tar, Map.of());
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.at("digest")).isEqualTo("sha256:" + Signatures.sha256(tar));
        assertThat(made.at("bytes")).isEqualTo(Integer.toString(tar.length));
        var path = "/api/v1/images/" + made.at("imageId");
        var shown = client.rest("GET", path, "");
        assertThat(shown.at("description")).isEqualTo("d e");
        assertThat(shown.at("status")).isEqualTo("Available");
        assertThat(shown.json().path("metadata").isObject()).isTrue();
        var whole = client.rest("GET", path + "/content", "");
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.bytes()).isEqualTo(tar);
        assertThat(whole.headers())
                .containsEntry("kiln-digest", made.at("digest"))
                .containsKey("etag");
        var part = client.upload("GET", path + "/content", new byte[0], Map.of("range", "bytes=512-517"));
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("golden");
        assertThat(part.headers()).containsEntry("content-range", "bytes 512-517/" + tar.length);
        var tail = client.upload("GET", path + "/content", new byte[0], Map.of("range", "bytes=-1024"));
        assertThat(tail.bytes()).isEqualTo(new byte[1024]);
        assertThat(client.upload("GET", path + "/content", new byte[0], Map.of("range", "bytes=9999999-"))
                        .refusal())
                .isEqualTo("416 RangeNotSatisfiable");
        assertThat(client.call("DescribeImages", "RegionId", "cn-beijing", "ImageId", made.at("imageId"))
                        .at("TotalCount"))
                .isEqualTo("1");
    }

    @Test
    void aRefusedArchiveLeavesNothingBehind() {
        var path = "/api/v1/images?name=bad&regionId=cn-hangzhou";
        assertThat(client.upload("POST", path, TestObjects.tar("../escape", "x"), Map.of())
                        .refusal())
                .isEqualTo("422 InvalidArchive");
        assertThat(client.upload("POST", path, "no archive".getBytes(StandardCharsets.UTF_8), Map.of())
                        .refusal())
                .isEqualTo("422 InvalidArchive");
        assertThat(client.upload("POST", path, new byte[0], Map.of()).refusal()).isEqualTo("422 InvalidArchive");
        var other = Map.of("x-acs-content-sha256", Signatures.sha256(new byte[] {1}));
        assertThat(client.upload("POST", path, TestObjects.tar("a", "b"), other).refusal())
                .isEqualTo("400 SignatureDoesNotMatch");
        assertThat(client.call(
                                "DescribeImages",
                                "ImageName",
                                "bad",
                                "Status",
                                "Waiting,Creating,Available,CreateFailed")
                        .at("TotalCount"))
                .isEqualTo("0");
        assertThat(server.jdbc()
                        .sql("select count(*) from image_copy where account_id = :account")
                        .param("account", Long.parseLong(client.keys().account()))
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void aContextIsKeptReplacedAndRemovedWithItsTemplate() {
        var template = objects.template(objects.image("base"));
        var path = "/api/v1/templates/" + template + "/context";
        var first = client.upload("PUT", path, TestObjects.tar("a", "1"), Map.of());
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        var second = client.upload("PUT", path, TestObjects.tar("a", "2"), Map.of());
        assertThat(exists(template, first.at("digest"))).isFalse();
        assertThat(exists(template, second.at("digest"))).isTrue();
        assertThat(client.upload("PUT", path, new byte[] {1}, Map.of()).refusal())
                .isEqualTo("422 InvalidArchive");
        var execution = objects.start(template);
        assertThat(client.upload("PUT", path, TestObjects.tar("a", "3"), Map.of())
                        .refusal())
                .isEqualTo("409 InvalidImagePipeline.HasRunningExecution");
        objects.finish(execution, "SUCCESS");
        client.call("DeleteImagePipeline", "ImagePipelineId", template);
        assertThat(exists(template, second.at("digest"))).isFalse();
    }

    private boolean exists(String template, String digest) {
        return Files.exists(
                server.regions().resolve("cn-hangzhou/contexts/" + template + "/" + digest.replace("sha256:", "")));
    }

    @Test
    void anExecutionTellsItsTimelineTargetsAndOutput() {
        var execution = objects.start(objects.template(objects.image("base")));
        var path = "/api/v1/executions/" + execution;
        assertThat(client.rest("GET", path, "").at("status")).isEqualTo("PREPARING");
        assertThat(client.rest("GET", path + "/events", "").at("events/0/to")).isEqualTo("PREPARING");
        assertThat(client.rest("GET", path + "/targets", "").text()).isEqualTo("{\"targets\":[]}");
        log(execution, 0, "hello ");
        log(execution, 6, "wörld");
        var all = client.rest("GET", path + "/logs", "");
        assertThat(all.text()).isEqualTo("hello wörld");
        assertThat(all.headers())
                .containsEntry("kiln-next-offset", "12")
                .containsEntry("kiln-log-complete", "false")
                .containsEntry("content-type", "text/plain;charset=utf-8");
        assertThat(client.rest("POST", path + "/targets/retry", "").refusal()).isEqualTo("409 NotFinished");
        objects.finish(execution, "SUCCESS");
        var rest = client.rest("GET", path + "/logs?offset=4", "");
        assertThat(rest.text()).isEqualTo("o wörld");
        assertThat(rest.headers()).containsEntry("kiln-log-complete", "true");
        assertThat(client.rest("GET", path + "/logs?offset=999", "").headers())
                .containsEntry("kiln-next-offset", "999");
        assertThat(client.rest("GET", path + "/logs?offset=-1", "").refusal()).isEqualTo("400 InvalidOffset");
        assertThat(client.rest("GET", path + "/logs?offset=x", "").status()).isEqualTo(400);
        assertThat(client.rest("POST", path + "/targets/retry", "").refusal()).isEqualTo("409 NothingFailed");
        objects.finish(execution, "PARTITION_SUCCESS");
        assertThat(client.rest("POST", path + "/targets/retry", "").status()).isEqualTo(202);
    }

    private void log(String execution, long at, String text) {
        server.jdbc()
                .sql(
                        "insert into build_log_chunk (execution_id, first_byte, content, attempt) values (:id, :at, :text, 1)")
                .param("id", execution)
                .param("at", at)
                .param("text", text.getBytes(StandardCharsets.UTF_8))
                .update();
    }

    @Test
    void nothingIsDoneWithoutASignatureButHealthAndTheApiPageAreOpen() {
        var none = Map.<String, String>of();
        assertThat(client.exchange("GET", "/api/v1/images/m-1", new byte[0], none)
                        .refusal())
                .isEqualTo("400 IncompleteSignature");
        for (var bypass : new String[] {"/api;x=1/v1/images/m-1", "/api/v1;x/images/m-1", "//api/v1/images/m-1"}) {
            assertThat(client.exchange("GET", bypass, new byte[0], none).status())
                    .as(bypass)
                    .isIn(400, 404);
        }
        assertThat(client.exchange("GET", "/actuator/health", new byte[0], none).text())
                .isEqualTo("{\"groups\":[\"liveness\",\"readiness\"],\"status\":\"UP\"}");
        assertThat(client.exchange("GET", "/actuator/env", new byte[0], none).status())
                .isEqualTo(404);
        assertThat(client.exchange("GET", "/v3/api-docs", new byte[0], none).text())
                .contains("/api/v1/images/{id}/content")
                .doesNotContain("caller");
        assertThat(client.exchange("GET", "/swagger-ui/index.html", new byte[0], none)
                        .status())
                .isEqualTo(200);
        var unknown = client.exchange("GET", "/nothing/here", new byte[0], none);
        assertThat(unknown.refusal()).isEqualTo("404 NotFound");
        assertThat(unknown.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(client.rest("DELETE", "/api/v1/accounts", "").refusal()).isEqualTo("405 MethodNotAllowed");
        assertThat(client.rest("GET", "/api/v1/nothing", "").refusal()).isEqualTo("404 NotFound");
    }
}
