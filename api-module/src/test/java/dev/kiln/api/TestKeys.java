package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Makes keys for tests, by the REST API. */
final class TestKeys {

    private static final JsonMapper JSON = new JsonMapper();

    private TestKeys() {}

    /** A policy of one statement. */
    static String allow(String action, String resource) {
        return policy(statement("Allow", action, resource));
    }

    static String policy(String... statements) {
        return "{\"Version\":\"1\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    static String statement(String effect, String action, String resource) {
        return "{\"Effect\":\"" + effect + "\",\"Action\":\"" + action + "\",\"Resource\":\"" + resource + "\"}";
    }

    /** A body with the members. */
    static String body(Map<String, ?> members) {
        return JSON.writeValueAsString(members);
    }

    /** A client of another key of the account, which has the policy. */
    static WireClient narrowed(ApiServer server, WireClient by, String policy) {
        var made = by.rest("POST", "/api/v1/keys", body(Map.of("policy", policy)));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return server.as(new Keys(made.at("accountId"), made.at("accessKeyId"), made.at("accessKeySecret")));
    }

    /** A client of a temporary key. */
    static WireClient temporary(ApiServer server, WireClient by, Map<String, ?> wanted) {
        var made = by.rest("POST", "/api/v1/temporary-keys", body(wanted));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        var keys = new Keys(by.keys().account(), made.at("accessKeyId"), made.at("accessKeySecret"));
        return new WireClient(server.port(), keys, made.at("securityToken"));
    }
}
