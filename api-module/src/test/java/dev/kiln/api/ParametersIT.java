package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.parameter.ExecutionParameters;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Parameters of templates, and the values that starts give them. */
class ParametersIT {

    private static final String SECRET = "correct horse battery staple";
    private static final String DEFAULT = "a default that nobody sees";

    private final ApiServer server = ApiServer.shared();
    private final WireClient client = server.newAccount();
    private final TestObjects objects = new TestObjects(server, client);
    private final String template = objects.template(objects.image("base"));
    private final String path = "/api/v1/templates/" + template;

    private void declare() {
        var declared = client.rest("PUT", path + "/parameters", """
                {"parameters":[{"name":"VERSION","default":"1.2","description":"what is installed"},
                               {"name":"TOKEN","secret":true},
                               {"name":"SEALED","secret":true,"default":"%s"}]}""".formatted(DEFAULT));
        assertThat(declared.status()).as(declared.text()).isEqualTo(200);
    }

    private Reply start(String body) {
        return client.rest("POST", path + "/executions", body);
    }

    private String started(String body) {
        var reply = start(body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.at("executionId");
    }

    @Test
    void secretsAreSealedUntilTheEndAndShownNowhere() {
        declare();
        var id = started("{\"parameters\":{\"TOKEN\":\"" + SECRET + "\"}}");

        assertThat(server.bean(ExecutionParameters.class)
                        .of(new ExecutionId(id))
                        .environment())
                .containsExactly(Map.entry("VERSION", "1.2"), Map.entry("TOKEN", SECRET), Map.entry("SEALED", DEFAULT));
        var shown = client.rest("GET", "/api/v1/executions/" + id + "/parameters", "");
        assertThat(shown.at("parameters/0/value")).isEqualTo("1.2");
        assertThat(shown.json().at("/parameters/1/value").isNull()).isTrue();
        assertThat(client.rest("GET", path + "/parameters", "").text()).contains("\"required\":true");
        assertThat(everything(id))
                .isNotEmpty()
                .allSatisfy(row ->
                        assertThat(row).doesNotContain(SECRET, DEFAULT).doesNotContain(hex(SECRET), hex(DEFAULT)));
        assertThat(sealed(id)).isEqualTo(2);
        for (var reply : List.of(
                shown,
                client.rest("GET", path + "/parameters", ""),
                client.rest("GET", "/api/v1/executions/" + id, ""),
                client.rest("GET", "/api/v1/executions/" + id + "/events", ""))) {
            assertThat(reply.text()).doesNotContain(SECRET, DEFAULT);
        }

        objects.finish(id, "FAILED");
        assertThat(sealed(id)).isZero();
        assertThat(client.rest("GET", "/api/v1/executions/" + id + "/parameters", "")
                        .at("parameters/1/name"))
                .isEqualTo("TOKEN");
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** All rows that have to do with the execution or its template, as text. */
    private List<String> everything(String execution) {
        return List.of("template_parameter", "execution_parameter", "execution", "execution_event", "client_token")
                .stream()
                .flatMap(table -> server
                        .jdbc()
                        .sql("select t::text from " + table
                                + " t where t::text like :template or t::text like :execution")
                        .param("template", "%" + template + "%")
                        .param("execution", "%" + execution + "%")
                        .query(String.class)
                        .list()
                        .stream())
                .toList();
    }

    private int sealed(String execution) {
        return server.jdbc()
                .sql("select count(sealed) from execution_parameter where execution_id = :id")
                .param("id", execution)
                .query(Integer.class)
                .single();
    }

    @Test
    void theSameTokenStartsOnceWhenTheValuesAreTheSameToo() {
        declare();
        var body = "{\"clientToken\":\"once\",\"parameters\":{\"TOKEN\":\"" + SECRET + "\"}}";
        var id = started(body);
        assertThat(started(body)).isEqualTo(id);
        assertThat(start(body.replace("staple", "stable")).refusal()).isEqualTo("400 IdempotentParameterMismatch");
        assertThat(start(body.replace("once", "twice")).refusal())
                .isEqualTo("403 InvalidImagePipeline.HasRunningExecution");
        assertThat(everything(id)).allSatisfy(row -> assertThat(row).doesNotContain(SECRET));
        assertThat(start("{\"clientToken\":\"" + "x".repeat(65) + "\"}").refusal())
                .isEqualTo("400 InvalidClientToken.Malformed");
    }

    @Test
    void aTokenStartsOnceWhetherItComesOverTheWireOrNot() {
        client.rest("PUT", path + "/parameters", "{\"parameters\":[{\"name\":\"A\",\"default\":\"\"}]}");
        var wire = client.call("StartImagePipelineExecution", "ImagePipelineId", template, "ClientToken", "once");
        var id = wire.at("ExecutionId");
        objects.finish(id, "SUCCESS");

        assertThat(started("{\"clientToken\":\"once\"}")).isEqualTo(id);
        assertThat(start("{\"clientToken\":\"once\",\"parameters\":{\"A\":\"1\"}}")
                        .refusal())
                .isEqualTo("400 IdempotentParameterMismatch");
        var other = started("{\"clientToken\":\"other\"}");
        objects.finish(other, "SUCCESS");
        assertThat(client.call("StartImagePipelineExecution", "ImagePipelineId", template, "ClientToken", "other")
                        .at("ExecutionId"))
                .isEqualTo(other);
    }

    @Test
    void theWireStartsWithDefaultsAlone() {
        declare();
        var refused = client.call("StartImagePipelineExecution", "ImagePipelineId", template);
        assertThat(refused.refusal()).isEqualTo("400 MissingParameter.Value");
        assertThat(refused.text()).contains("TOKEN");
        client.rest("PUT", path + "/parameters", "{\"parameters\":[{\"name\":\"A\",\"default\":\"\"}]}");
        var id = objects.start(template);
        assertThat(client.rest("PUT", path + "/parameters", "{\"parameters\":[]}")
                        .refusal())
                .isEqualTo("409 InvalidImagePipeline.HasRunningExecution");
        assertThat(server.bean(ExecutionParameters.class)
                        .of(new ExecutionId(id))
                        .environment())
                .isEqualTo(Collections.singletonMap("A", ""));
        objects.finish(id, "SUCCESS");
        assertThat(client.rest("PUT", path + "/parameters", "{\"parameters\":[]}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whatIsWrongIsSaidWithoutTheValue() {
        declare();
        var secret = Base64.getEncoder().encodeToString(new byte[6000]);
        for (var bad : List.of(
                "{\"NONE\":\"" + SECRET + "\"}",
                "{\"TOKEN\":\"short 1\"}",
                "{\"TOKEN\":\"\\n\\n\\n\\n\\n\\n\\n\\n\\n\"}",
                "{\"TOKEN\":\"" + secret + secret + "\"}",
                "{\"TOKEN\":\"" + SECRET + "\\u0000\"}",
                "{\"TOKEN\":\"" + SECRET + "\\ud800\"}",
                "{\"TOKEN\":null}",
                "{}")) {
            var reply = start("{\"parameters\":" + bad + "}");
            assertThat(reply.status()).as(bad + reply.text()).isEqualTo(400);
            assertThat(reply.refusal()).as(bad).containsPattern("Parameter.(Name|Value)$");
            assertThat(reply.text()).doesNotContain(SECRET, "short 1", secret);
        }
        for (var bad : List.of("[", "{\"parameters\":{\"TOKEN\":{\"" + SECRET + "\":1}}}", "{\"x\":1}", "null", "")) {
            var reply = start(bad);
            assertThat(reply.status()).as(bad + reply.text()).isEqualTo(400);
            assertThat(reply.text()).doesNotContain(SECRET);
        }
        for (var bad : List.of(
                "{\"name\":\"1A\"}",
                "{\"name\":\"KILN_A\"}",
                "{\"name\":\"A\"},{\"name\":\"A\"}",
                "{\"name\":\"A\",\"kind\":1}",
                "{\"name\":\"A\",\"secret\":true,\"default\":\"short\"}",
                "{\"name\":\"A\",\"description\":\"\\u0007\"}",
                "{\"name\":\"A\",\"description\":\"\\ud800\"}",
                "null",
                "{}")) {
            assertThat(client.rest("PUT", path + "/parameters", "{\"parameters\":[" + bad + "]}")
                            .status())
                    .as(bad)
                    .isEqualTo(400);
        }
        assertThat(client.rest("PUT", path + "/parameters", "{}").status()).isEqualTo(400);
        assertThat(client.rest("GET", path + "/parameters", "").at("parameters/2/name"))
                .isEqualTo("SEALED");
    }

    @Test
    void othersSeeAndStartNothing() {
        declare();
        var other = server.newAccount();
        var none = "404 InvalidImagePipeline.NotFound";
        assertThat(other.rest("GET", path + "/parameters", "").refusal()).isEqualTo(none);
        assertThat(other.rest("PUT", path + "/parameters", "{\"parameters\":[]}")
                        .refusal())
                .isEqualTo(none);
        assertThat(other.rest("POST", path + "/executions", "{}").refusal()).isEqualTo(none);
        var id = started("{\"parameters\":{\"TOKEN\":\"" + SECRET + "\"}}");
        assertThat(other.rest("GET", "/api/v1/executions/" + id + "/parameters", "")
                        .status())
                .isEqualTo(404);
    }
}
