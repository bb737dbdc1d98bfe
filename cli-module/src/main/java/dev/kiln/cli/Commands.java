package dev.kiln.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Steps that the demo and the commands share, each a thin layer over one request. */
public final class Commands {

    private static final JsonMapper JSON = new JsonMapper();

    private final SignedClient client;

    public Commands(SignedClient client) {
        this.client = client;
    }

    /** Makes an account and returns its id and key; an empty id lets the server choose one. */
    public JsonNode createAccount(String id, String name) throws IOException {
        var account = JSON.createObjectNode().put("name", name);
        if (!id.isEmpty()) {
            account.put("id", id);
        }
        return client.rest("POST", "/api/v1/accounts", Map.of(), RequestBody.json(account));
    }

    /** Registers the file as a base image and returns the server's answer; an empty family means none. */
    public JsonNode importImage(Path file, String name, String family, String region) throws IOException {
        return importImage(RequestBody.file(file), name, family, region);
    }

    JsonNode importImage(RequestBody file, String name, String family, String region) throws IOException {
        var query = new LinkedHashMap<>(Map.of("name", name, "regionId", region));
        if (!family.isEmpty()) {
            query.put("family", family);
        }
        return client.rest("POST", "/api/v1/images", query, file);
    }
}
