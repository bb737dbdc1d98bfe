package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.signature.FormText;
import dev.kiln.api.signature.Signatures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
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
    void anUploadMayCallItselfAFormAndHaveManyParameters() {
        var path = new StringBuilder("/api/v1/images?name=form&regionId=cn-hangzhou");
        for (var at = 0; at < 1500; at++) {
            path.append("&p").append(at).append("=1");
        }
        var form = Map.of("content-type", "application/x-www-form-urlencoded");
        var made = client.upload("POST", path.toString(), TestObjects.tar("a", "b"), form);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
    }

    @Test
    void whatIsAcceptedDoesNotMatter() {
        var headers = Map.of("content-type", "application/json", "accept", "application/xml, application/yaml");
        var made = server.as(ApiServer.ROOT)
                .upload("POST", "/api/v1/accounts", "{\"name\":\"x\"}".getBytes(StandardCharsets.UTF_8), headers);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.headers()).containsEntry("content-type", "application/json");
    }

    @Test
    void headersAloneAreAnsweredWithoutReadingTheBytes() throws IOException {
        var image = objects.image("headed");
        var home = server.regions().resolve("cn-hangzhou/images/" + image);
        try (var files = Files.list(home)) {
            Files.write(files.findFirst().orElseThrow(), new byte[0]);
        }
        var head = client.rest("HEAD", "/api/v1/images/" + image + "/content", "");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers()).containsEntry("content-length", "2048");
    }

    @Test
    void aRangeThatEndsBeforeItBeginsIsNone() {
        var path = "/api/v1/images/" + objects.image("ranged") + "/content";
        assertThat(client.upload("GET", path, new byte[0], Map.of("range", "bytes=5-2"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anUploadThatBreaksOffIsTheClientsFaultAndLeavesNothing() throws IOException {
        var query = Map.of("name", "broken", "regionId", "cn-hangzhou");
        var headers = WireClient.v3Headers("");
        headers.put("host", "127.0.0.1:" + server.port());
        headers.put("x-acs-content-sha256", Signatures.sha256(new byte[1000]));
        var request = new StringBuilder("POST /api/v1/images?" + FormText.canonical(query) + " HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        request.append("authorization: ").append(client.authorization("POST", "/api/v1/images", query, headers));
        request.append("\r\ncontent-length: 1000\r\nconnection: close\r\n\r\nand no more");
        assertThat(RawHttp.exchange(server.port(), request.toString()))
                .startsWith("HTTP/1.1 400")
                .contains("\"code\":\"BadRequest\"");
        assertThat(images("broken")).isZero();
    }

    private int images(String name) {
        return server.jdbc()
                .sql("select count(*) from image_copy where account_id = :account and name = :name")
                .param("account", Long.parseLong(client.keys().account()))
                .param("name", name)
                .query(Integer.class)
                .single();
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
        assertThat(images("bad")).isZero();
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

    @Test
    void aTemplateMayBeAllowedTheStepCacheByItsAccount() {
        var template = objects.template(objects.image("base"));
        var path = "/api/v1/templates/" + template + "/step-cache";
        assertThat(stepCacheSeconds(template)).isZero();
        assertThat(client.rest("PUT", path, "{\"maximalAgeSeconds\": 3600}").at("maximalAgeSeconds"))
                .isEqualTo("3600");
        assertThat(stepCacheSeconds(template)).isEqualTo(3600);
        for (var refused : new String[] {"{}", "{\"maximalAgeSeconds\": -1}", "{\"maximalAgeSeconds\": 31536001}"}) {
            assertThat(client.rest("PUT", path, refused).refusal()).isEqualTo("400 InvalidMaximalAgeSeconds");
        }
        assertThat(server.newAccount()
                        .rest("PUT", path, "{\"maximalAgeSeconds\": 0}")
                        .status())
                .isEqualTo(404);
        assertThat(stepCacheSeconds(template)).isEqualTo(3600);
    }

    @Test
    void whatATemplatesImagesAreToBeIsSaidByItsAccount() {
        var template = objects.template(objects.image("base"));
        var path = "/api/v1/templates/" + template + "/output-format";
        var without = client.rest("PUT", path, "{\"format\": \"qcow2\"}");
        assertThat(without.refusal()).isEqualTo("422 OutputFormat.Refused");
        assertThat(without.text()).contains("has no kernel: there is no /boot/vmlinuz-* in it");
        assertThat(outputForm(template)).isEmpty();
        server.jdbc()
                .sql("update image_copy set metadata = metadata || '{\"kernel\":true}' where id ="
                        + " (select base_image from template where id = :id)")
                .param("id", template)
                .update();
        assertThat(client.rest("PUT", path, "{\"format\": \"qcow2\"}").at("format"))
                .isEqualTo("qcow2");
        assertThat(outputForm(template)).isEqualTo("QCOW2");
        for (var refused : new String[] {"{}", "{\"format\": null}", "{\"format\": \"QCOW2\"}"}) {
            assertThat(client.rest("PUT", path, refused).refusal()).isEqualTo("400 InvalidOutputFormat");
        }
        assertThat(server.newAccount()
                        .rest("PUT", path, "{\"format\": \"raw\"}")
                        .status())
                .isEqualTo(404);
        assertThat(outputForm(template)).isEqualTo("QCOW2");
        assertThat(client.rest("PUT", path, "{\"format\": \"ROOT_FS\"}").status())
                .isEqualTo(200);
        assertThat(outputForm(template)).isEqualTo("ARCHIVE");

        var machine = "/api/v1/templates/" + template + "/machine";
        assertThat(client.rest("PUT", machine, "{\"kvm\": true}").at("kvm")).isEqualTo("true");
        assertThat(client.rest("PUT", machine, "{}").refusal()).isEqualTo("400 InvalidMachine");
        var stranger = server.newAccount().rest("PUT", machine, "{\"kvm\": false}");
        assertThat(stranger.status()).isEqualTo(404);
        assertThat(server.jdbc()
                        .sql("select id from template where needs_kvm")
                        .query(String.class)
                        .list())
                .containsExactly(template);
    }

    private String outputForm(String template) {
        return server.jdbc()
                .sql("select coalesce(output_form, '') from template where id = :id")
                .param("id", template)
                .query(String.class)
                .single();
    }

    @Test
    void whatADiskLosesAtTheEndIsChosenByItsAccount() {
        var path = "/api/v1/templates/" + objects.template(objects.image("base")) + "/sysprep";
        assertThat(client.rest("PUT", path, "{\"removed\": [\"logs\", \"machine-id\", \"logs\"]}")
                        .text())
                .contains("[\"machine-id\",\"logs\"]");
        assertThat(client.rest("PUT", path, "{\"removed\": []}").status()).isEqualTo(200);
        for (var refused : new String[] {"{}", "{\"removed\": [\"etc\"]}", "{\"removed\": [null]}"}) {
            assertThat(client.rest("PUT", path, refused).refusal()).isEqualTo("400 InvalidRemoved");
        }
        assertThat(server.newAccount().rest("PUT", path, "{\"removed\": []}").status())
                .isEqualTo(404);
    }

    private long stepCacheSeconds(String template) {
        return server.jdbc()
                .sql("select step_cache_seconds from template where id = :id")
                .param("id", template)
                .query(Long.class)
                .single();
    }

    @Test
    void aRefusedUploadOfTheContextThatARunningExecutionReadsLeavesItThere() {
        var template = objects.template(objects.image("base"));
        var tar = TestObjects.tar("a", "1");
        var digest = "sha256:" + Signatures.sha256(tar);
        var path = "/api/v1/templates/" + template + "/context";
        // While one upload is under way, another one of the same bytes is taken, and an execution starts.
        var reply = HeldLock.during(
                server,
                jdbc -> {
                    jdbc.sql("update template set context_digest = :digest where id = :id")
                            .param("digest", digest)
                            .param("id", template)
                            .update();
                    jdbc.sql("""
                            insert into execution (id, template_id, account_id, region_id, image_id, status)
                            select 'exec-' || substr(id, 4), id, account_id, region_id, 'm-0', 'PREPARING'
                            from template where id = :id
                            """).param("id", template).update();
                },
                () -> client.upload("PUT", path, tar, Map.of()));
        assertThat(reply.refusal()).isEqualTo("409 InvalidImagePipeline.HasRunningExecution");
        assertThat(exists(template, digest)).isTrue();
    }

    @Test
    void aContextThatIsNotTakenLeavesNothing() {
        var template = objects.template(objects.image("base"));
        var other = Map.of("x-acs-content-sha256", Signatures.sha256(new byte[] {1}));
        assertThat(client.upload("PUT", "/api/v1/templates/" + template + "/context", new byte[9], other)
                        .refusal())
                .isEqualTo("400 SignatureDoesNotMatch");
        assertThat(exists(template, other.get("x-acs-content-sha256"))).isFalse();
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
        objects.built(execution);
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
                .isEqualTo("{\"status\":\"UP\"}");
        assertThat(client.exchange("GET", "/actuator/env", new byte[0], none).status())
                .isEqualTo(404);
        assertThat(client.exchange("GET", "/v3/api-docs", new byte[0], none).text())
                .contains("/api/v1/images/{id}/content")
                .doesNotContain("caller");
        assertThat(client.exchange("GET", "/swagger-ui.html", new byte[0], none).headers())
                .containsEntry("location", "swagger-ui/index.html");
        for (var file : List.of("index.html", "swagger-ui-bundle.js", "swagger-ui.css")) {
            assertThat(client.exchange("GET", "/swagger-ui/" + file, new byte[0], none)
                            .status())
                    .as(file)
                    .isEqualTo(200);
        }
        assertThat(client.exchange("GET", "/swagger-ui/swagger-initializer.js", new byte[0], none)
                        .text())
                .contains("\"../v3/api-docs\"");
        var unknown = client.exchange("GET", "/nothing/here", new byte[0], none);
        assertThat(unknown.refusal()).isEqualTo("404 NotFound");
        assertThat(unknown.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(client.rest("DELETE", "/api/v1/accounts", "").refusal()).isEqualTo("405 MethodNotAllowed");
        assertThat(client.rest("GET", "/api/v1/nothing", "").refusal()).isEqualTo("404 NotFound");
    }
}
