package dev.kiln.api.permission;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Parses one policy document. A repeated or unknown member is refused, since it could change what is allowed. */
final class PolicyReader {

    private static final int MOST_CHARACTERS = 6144;
    private static final int MOST_STATEMENTS = 50;
    private static final int MOST_PATTERNS = 200;
    private static final int LONGEST_PATTERN = 256;
    private static final Pattern ASCII = Pattern.compile("[\\t\\r\\n\\x20-\\x7E]+");
    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7E]{1," + LONGEST_PATTERN + "}");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String document;
    private int patterns;

    PolicyReader(String document) {
        this.document = document;
    }

    Policy read() {
        if (document.length() > MOST_CHARACTERS) {
            throw malformed("it has " + document.length() + " characters, and may have " + MOST_CHARACTERS);
        }
        if (!ASCII.matcher(document).matches()) {
            throw malformed("it is empty or has other characters than those of ASCII");
        }
        var policy = json();
        requireMembers(policy, "the document", Set.of("Version", "Statement"));
        if (!policy.path("Version").isString()
                || !policy.path("Version").stringValue().equals("1")) {
            throw malformed("its Version has to be \"1\"");
        }
        var list = policy.path("Statement");
        if (!list.isArray() || list.isEmpty() || list.size() > MOST_STATEMENTS) {
            throw malformed("its Statement has to be a list of 1 to " + MOST_STATEMENTS + " statements");
        }
        var statements = new ArrayList<Statement>();
        for (var statement : list) {
            statements.add(statement(statement, "statement " + (statements.size() + 1)));
        }
        return new Policy(document, List.copyOf(statements));
    }

    private JsonNode json() {
        try {
            return JSON.readTree(document);
        } catch (JacksonException e) {
            throw malformed("it is no JSON, or gives a member twice: " + e.getOriginalMessage());
        }
    }

    private Statement statement(JsonNode statement, String where) {
        requireMembers(statement, where, Set.of("Effect", "Action", "Resource"));
        var effect = statement.path("Effect");
        if (!effect.isString() || !Set.of("Allow", "Deny").contains(effect.stringValue())) {
            throw malformed("the Effect of " + where + " has to be \"Allow\" or \"Deny\"");
        }
        return new Statement(
                effect.stringValue().equals("Allow"),
                patterns(statement.path("Action"), "Action of " + where, this::action),
                patterns(statement.path("Resource"), "Resource of " + where, this::resource));
    }

    private static void requireMembers(JsonNode object, String where, Set<String> known) {
        if (!object.isObject()) {
            throw malformed(where + " is no JSON object");
        }
        for (var name : object.propertyNames()) {
            if (!known.contains(name)) {
                throw malformed(where + " has a member " + Refusals.quoted(name) + ", which is not supported here");
            }
        }
    }

    private List<Wildcard> patterns(JsonNode value, String where, UnaryOperator<String> check) {
        var found = new ArrayList<Wildcard>();
        for (var one : value.isArray() ? value : List.of(value)) {
            if (!one.isString() || !PRINTABLE.matcher(one.stringValue()).matches()) {
                throw malformed("the " + where + " has to be texts of 1 to " + LONGEST_PATTERN
                        + " printable ASCII characters without blanks");
            }
            if (++patterns > MOST_PATTERNS) {
                throw malformed("it has more than " + MOST_PATTERNS + " actions and resources");
            }
            found.add(new Wildcard(check.apply(one.stringValue())));
        }
        if (found.isEmpty()) {
            throw malformed("the " + where + " is empty");
        }
        return List.copyOf(found);
    }

    private String action(String pattern) {
        return pattern.toLowerCase(Locale.ROOT);
    }

    private String resource(String pattern) {
        var parts = pattern.split(":", 5);
        var known = pattern.equals("*")
                || (parts.length == 5
                        && new Wildcard(parts[0]).matches("acs")
                        && ResourceType.isKnown(new Wildcard(parts[1]), parts[4]));
        if (!known) {
            throw malformed("the Resource " + Refusals.quoted(pattern)
                    + " is neither * nor like acs:ecs:*:*:imagepipeline/*, or names a type that there is not");
        }
        return pattern;
    }

    private static ApiException malformed(String why) {
        return RestCodes.MALFORMED_POLICY.because("The policy document is not valid: " + why
                + ". Give {\"Version\":\"1\",\"Statement\":[{\"Effect\":…,\"Action\":…,\"Resource\":…}]}.");
    }
}
