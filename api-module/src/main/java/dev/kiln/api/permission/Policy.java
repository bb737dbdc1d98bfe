package dev.kiln.api.permission;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a key is allowed to do, in the vendor's form for policies (docs/api.md).
 *
 * @param document as it was given
 */
public record Policy(String document, List<Statement> statements) {

    // As long as the name of a key with the longest id, and longer than that of anything else. It limits the time that
    // policies take: six of 200 patterns each, on the 100 resources of one request, take 20 million steps.
    static final int LONGEST_RESOURCE = 160;

    /** Parses a document, or refuses it with the reason; it never skips what it does not understand. */
    public static Policy parse(String document) {
        return new PolicyReader(document).read();
    }

    /** Whether a statement allows the action on the resource and none denies it. */
    public boolean allows(String action, String resource) {
        if (resource.length() > LONGEST_RESOURCE) {
            return false;
        }
        var about = about(action, resource).toList();
        return !about.isEmpty() && about.stream().allMatch(Statement::allows);
    }

    /** Whether a statement denies the action on the resource. */
    public boolean denies(String action, String resource) {
        return resource.length() > LONGEST_RESOURCE
                || about(action, resource).anyMatch(statement -> !statement.allows());
    }

    private Stream<Statement> about(String action, String resource) {
        return statements.stream().filter(statement -> statement.isAbout(action, resource));
    }

    /** How many patterns it has, all of which may have to be compared with a name. */
    public int patterns() {
        return statements.stream()
                .mapToInt(statement ->
                        statement.actions().size() + statement.resources().size())
                .sum();
    }

    /** The patterns of all actions, in lower case. */
    public Stream<Wildcard> actions() {
        return statements.stream().flatMap(statement -> statement.actions().stream());
    }
}
