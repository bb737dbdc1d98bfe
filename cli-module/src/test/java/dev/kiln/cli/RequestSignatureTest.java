package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The vectors were computed by the vendor's own signers. */
class RequestSignatureTest {

    static Stream<JsonNode> vectors() throws IOException {
        try (var file = RequestSignatureTest.class.getResourceAsStream("/signatures-v3.json")) {
            return new JsonMapper().readTree(file).valueStream().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void agreesWithTheVendorsSigners(JsonNode vector) {
        var headers = texts(vector.path("headers"));
        var signature = new RequestSignature(
                vector.path("method").asString(),
                vector.path("path").asString(),
                texts(vector.path("query")),
                headers,
                headers.get("x-acs-content-sha256"));
        var key = new AccessKey(
                vector.path("accessKeyId").asString(),
                vector.path("accessKeySecret").asString());

        assertThat(signature.canonicalRequest())
                .isEqualTo(vector.path("canonicalRequest").asString());
        assertThat(signature.stringToSign())
                .isEqualTo(vector.path("stringToSign").asString());
        assertThat(signature.authorization(key))
                .isEqualTo(vector.path("authorization").asString());
    }

    @Test
    void thereAreFiveVectors() throws IOException {
        assertThat(vectors()).hasSize(5);
    }

    @Test
    void aKeysTextDoesNotShowItsSecret() {
        assertThat(new AccessKey("id", "hidden").toString()).doesNotContain("hidden");
    }

    private static Map<String, String> texts(JsonNode object) {
        var texts = new TreeMap<String, String>();
        object.properties()
                .forEach(pair -> texts.put(pair.getKey(), pair.getValue().asString()));
        return texts;
    }
}
