package dev.kiln.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The context of all commands: the server (connected on first use), the region, and the output. */
final class Session {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String DEFAULT_REGION = "cn-hangzhou";
    private static final String MOST_OF_A_PAGE = "500";

    private final Surroundings here;
    private final Terminal terminal;
    private @Nullable SignedClient client;

    Session(Surroundings here, Terminal terminal) {
        this.here = here;
        this.terminal = terminal;
    }

    Surroundings here() {
        return here;
    }

    Terminal terminal() {
        return terminal;
    }

    SignedClient client() throws UsageException, IOException {
        var made = client;
        if (made == null) {
            made = here.client();
            client = made;
        }
        return made;
    }

    String region(Arguments arguments) {
        return arguments.option("region").orElse(here.environment().getOrDefault("KILN_REGION", DEFAULT_REGION));
    }

    /** The region in KILN_REGION, if set. */
    Optional<String> environmentRegion() {
        return Optional.ofNullable(here.environment().get("KILN_REGION")).filter(region -> !region.isEmpty());
    }

    /** Whether the output is for a program, which gets the API's answer unchanged. */
    static boolean json(Arguments arguments) throws UsageException {
        var form = arguments.option("output").orElse("table");
        if (!form.equals("json") && !form.equals("table")) {
            throw new UsageException("--output " + form + " is neither json nor table");
        }
        return form.equals("json");
    }

    void print(JsonNode answer) {
        terminal.out().println(answer.toPrettyString());
    }

    void print(List<JsonNode> answers) {
        var all = JSON.createArrayNode();
        answers.forEach(all::add);
        print(all);
    }

    /**
     * All pages of a listing.
     *
     * @param at path of the list in the answer
     */
    List<JsonNode> all(String operation, Map<String, String> parameters, String at) throws UsageException, IOException {
        var all = new ArrayList<JsonNode>();
        var asked = new LinkedHashMap<>(parameters);
        asked.put("MaxResults", MOST_OF_A_PAGE);
        while (true) {
            var answer = client().rpc(operation, asked);
            answer.at(at).forEach(all::add);
            var next = answer.path("NextToken").asString("");
            if (next.isEmpty()) {
                return all;
            }
            asked.put("NextToken", next);
        }
    }

    /** Checks an id for a path or a parameter; with other characters it would name another path. */
    static String id(String word, String what) throws UsageException {
        if (!word.matches("[A-Za-z0-9._-]{1,128}")) {
            throw new UsageException("\"" + word + "\" is not the id of " + what);
        }
        return word;
    }

    /** The age of a time in an answer, for people. */
    static String ago(String time) {
        try {
            return length(Duration.between(Instant.parse(time), Instant.now())) + " ago";
        } catch (DateTimeParseException e) {
            return time;
        }
    }

    static String length(Duration time) {
        var seconds = Math.max(time.toSeconds(), 0);
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }
}
