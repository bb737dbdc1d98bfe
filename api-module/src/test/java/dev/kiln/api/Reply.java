package dev.kiln.api;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An answer over HTTP, for tests; header names are lower case. */
public final class Reply {

    private static final JsonMapper JSON = new JsonMapper();

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    Reply(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public byte[] bytes() {
        return body;
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public JsonNode json() {
        return JSON.readTree(body);
    }

    /** The text at a JSON pointer without its first slash, for example {@code Images/Image/0/ImageId}. */
    public String at(String pointer) {
        return json().at("/" + pointer).asString("");
    }

    /** Status and code in one, for example {@code 404 InvalidImage.NotFound}. */
    public String refusal() {
        var code = json().path("Code").asString("");
        return status + " " + (code.isEmpty() ? json().path("code").asString("") : code);
    }
}
