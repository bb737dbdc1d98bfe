package dev.kiln.api.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SignaturesTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    static List<JsonNode> v1() {
        return vectors("v1");
    }

    static List<JsonNode> v3() {
        return vectors("v3");
    }

    private static List<JsonNode> vectors(String version) {
        var file = JSON.readTree(SignaturesTest.class.getResourceAsStream("/signature-vectors.json"));
        var vectors = new ArrayList<JsonNode>();
        file.get(version).forEach(vectors::add);
        assertThat(vectors).hasSizeGreaterThanOrEqualTo(5);
        return vectors;
    }

    @ParameterizedTest
    @MethodSource("v1")
    void signsAsTheVendorsSignersDoV1(JsonNode vector) {
        var parameters = JSON.convertValue(vector.get("parameters"), TEXTS);
        var toSign = Signatures.stringToSignV1(vector.get("method").asString(), parameters);
        assertThat(toSign).isEqualTo(vector.get("stringToSign").asString());
        var secret = vector.get("accessKeySecret").asString();
        assertThat(Signatures.signV1(secret, toSign))
                .isEqualTo(vector.get("signature").asString());
        if (vector.has("signatureOfTheTeaSigner")) {
            var without =
                    Signatures.stringToSignV1WithoutEmpty(vector.get("method").asString(), parameters);
            assertThat(Signatures.signV1(secret, without))
                    .isEqualTo(vector.get("signatureOfTheTeaSigner").asString());
        }
    }

    @ParameterizedTest
    @MethodSource("v3")
    void signsAsTheVendorsSignersDoV3(JsonNode vector) {
        var request = new SignedRequest(
                vector.get("method").asString(),
                vector.get("path").asString(),
                JSON.convertValue(vector.get("query"), TEXTS),
                JSON.convertValue(vector.get("headers"), TEXTS));
        var canonical =
                request.canonical(List.of(vector.get("signedHeaders").asString().split(";")));
        assertThat(canonical).isEqualTo(vector.get("canonicalRequest").asString());
        var toSign = Signatures.stringToSignV3(canonical);
        assertThat(toSign).isEqualTo(vector.get("stringToSign").asString());
        assertThat(Signatures.signV3(vector.get("accessKeySecret").asString(), toSign))
                .isEqualTo(vector.get("signature").asString());
        var authorization = Authorization.parse(vector.get("authorization").asString());
        assertThat(authorization.credential())
                .isEqualTo(vector.get("accessKeyId").asString());
        assertThat(authorization.signature()).isEqualTo(vector.get("signature").asString());
    }
}
