package dev.kiln.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ./kiln key}: the keys of an account. */
final class KeyCommands {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String KEYS = "/api/v1/keys";

    private final SignedClient client;
    private final PrintStream out;

    KeyCommands(SignedClient client, PrintStream out) {
        this.client = client;
        this.out = out;
    }

    void run(List<String> words) throws UsageException, IOException {
        var arguments = Arguments.parse(words, Set.of("account", "policy"), Set.of());
        var verb = arguments.words().isEmpty() ? "" : arguments.words().get(0);
        switch (verb) {
            case "create" -> create(arguments);
            case "list" -> list(arguments);
            case "enable", "disable" -> {
                var key = post(KEYS + "/" + id(arguments) + "/" + verb);
                out.println(key.path("accessKeyId").asString() + "  " + state(key));
            }
            case "delete" -> client.rest("DELETE", KEYS + "/" + id(arguments), Map.of(), RequestBody.none());
            default -> throw new UsageException("only key create, list, disable, enable and delete are known");
        }
    }

    private void create(Arguments arguments) throws UsageException, IOException {
        expectWords(arguments, 1, "key create");
        var wanted = JSON.createObjectNode();
        arguments.option("account").ifPresent(account -> wanted.put("accountId", account));
        var policy = arguments.option("policy");
        if (policy.isPresent()) {
            wanted.put("policy", read(Path.of(policy.get())));
        }
        var key = client.rest("POST", KEYS, Map.of(), RequestBody.json(wanted));
        out.println("account id         " + key.path("accountId").asString());
        out.println("access key id      " + key.path("accessKeyId").asString());
        out.println("access key secret  " + key.path("accessKeySecret").asString());
    }

    private static String read(Path file) throws UsageException, IOException {
        if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
            throw new UsageException("there is no readable file " + file);
        }
        return Files.readString(file);
    }

    private void list(Arguments arguments) throws UsageException, IOException {
        expectWords(arguments, 1, "key list");
        var account = arguments.option("account").map(id -> Map.of("accountId", id));
        var keys = client.rest("GET", KEYS, account.orElse(Map.of()), RequestBody.none());
        for (var key : keys.path("keys")) {
            var policies = key.path("policies").size();
            out.println(key.path("accessKeyId").asString() + "  " + state(key) + "  "
                    + (policies == 0 ? "everything" : "policies: " + policies));
        }
    }

    private static String state(JsonNode key) {
        return key.path("active").asBoolean(false) ? "active" : "disabled";
    }

    private JsonNode post(String path) throws IOException {
        return client.rest("POST", path, Map.of(), RequestBody.none());
    }

    /** The id in a path: whatever is no id of a key would be another path. */
    private static String id(Arguments arguments) throws UsageException {
        expectWords(arguments, 2, "key " + arguments.words().get(0) + " ID");
        var id = arguments.words().get(1);
        if (!id.matches("[A-Za-z0-9._-]{1,128}")) {
            throw new UsageException("\"" + id + "\" is not the id of a key");
        }
        return id;
    }

    private static void expectWords(Arguments arguments, int count, String form) throws UsageException {
        if (arguments.words().size() != count) {
            throw new UsageException(String.join(" ", arguments.words()) + " is not like " + form);
        }
    }
}
