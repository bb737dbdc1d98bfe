package dev.kiln.cli;

import static dev.kiln.cli.TemplateCommands.text;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code ./kiln key}: the keys of an account. */
final class KeyCommands {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String KEYS = "/api/v1/keys";
    // The server's limits, in seconds (the same as those of the vendor's STS).
    private static final int SHORTEST = 900;
    private static final int LONGEST = 43_200;

    private final Session session;

    KeyCommands(Session session) {
        this.session = session;
    }

    List<Command> all() {
        var account = new Option("account", "", "N", "of another account, for the root account");
        var policy = new Option("policy", "", "FILE", "what the key may do; without it, all that the account may");
        var seconds = new Option("seconds", "", "N", "how long it lasts, 900 to 43200; else 3600");
        var key = List.of("ID");
        return List.of(
                new Command(
                        "key create",
                        List.of(),
                        List.of(policy, account),
                        "make a key, print lines that export it",
                        this::create),
                new Command(
                        "key temporary",
                        List.of(),
                        List.of(policy, seconds),
                        "make a key that expires, print lines that export it",
                        this::createTemporary),
                new Command(
                        "key list", List.of(), List.of(account, Option.OUTPUT), "the keys of the account", this::list),
                new Command("key disable", key, List.of(), "switch a key off", words -> change(words, "disable")),
                new Command("key enable", key, List.of(), "switch a key on again", words -> change(words, "enable")),
                new Command("key delete", key, List.of(), "remove a key", this::delete));
    }

    private int change(Arguments arguments, String verb) throws UsageException, IOException {
        var key = session.client().rest("POST", KEYS + "/" + id(arguments) + "/" + verb, Map.of(), RequestBody.none());
        session.terminal().out().println(key.path("accessKeyId").asString() + "  " + state(key));
        return ExitStatus.DONE;
    }

    private int delete(Arguments arguments) throws UsageException, IOException {
        session.client().rest("DELETE", KEYS + "/" + id(arguments), Map.of(), RequestBody.none());
        return ExitStatus.DONE;
    }

    private int create(Arguments arguments) throws UsageException, IOException {
        var wanted = JSON.createObjectNode();
        arguments.option("account").ifPresent(account -> wanted.put("accountId", account));
        addPolicy(arguments, wanted);
        var key = session.client().rest("POST", KEYS, Map.of(), RequestBody.json(wanted));
        ShellLines.print(session.terminal().out(), "account id " + text(key, "accountId"), key);
        return ExitStatus.DONE;
    }

    private int createTemporary(Arguments arguments) throws UsageException, IOException {
        var wanted = JSON.createObjectNode();
        if (arguments.option("seconds").isPresent()) {
            wanted.put("durationSeconds", arguments.number("seconds", 0, SHORTEST, LONGEST));
        }
        addPolicy(arguments, wanted);
        var key = session.client().rest("POST", "/api/v1/temporary-keys", Map.of(), RequestBody.json(wanted));
        ShellLines.print(session.terminal().out(), "expires " + text(key, "expiration"), key);
        return ExitStatus.DONE;
    }

    private static void addPolicy(Arguments arguments, ObjectNode wanted) throws UsageException, IOException {
        var policy = arguments.option("policy");
        if (policy.isPresent()) {
            wanted.put("policy", GivenFile.text(GivenFile.of(policy.get())));
        }
    }

    private int list(Arguments arguments) throws UsageException, IOException {
        var account = arguments.option("account").map(id -> Map.of("accountId", id));
        var keys = session.client().rest("GET", KEYS, account.orElse(Map.of()), RequestBody.none());
        if (Session.json(arguments)) {
            session.print(keys.path("keys"));
            return ExitStatus.DONE;
        }
        var table = new Table(-1, "KEY", "STATE", "MAY DO", "MADE");
        for (var key : keys.path("keys")) {
            var policies = key.path("policies").size();
            table.row(
                    key.path("accessKeyId").asString(),
                    state(key),
                    policies == 0 ? "everything" : "policies: " + policies,
                    Session.ago(key.path("createdAt").asString("")));
        }
        table.print(session.terminal());
        return ExitStatus.DONE;
    }

    private static String state(JsonNode key) {
        return key.path("active").asBoolean(false) ? "active" : "disabled";
    }

    private static String id(Arguments arguments) throws UsageException {
        return Session.id(arguments.words().get(0), "a key");
    }
}
