package dev.kiln.api.permission;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a key may do, in the vendor's form for policies (docs/api.md).
 *
 * @param document as it was given
 */
public record Policy(String document, List<Statement> statements) {

    // Longer than the name of anything that exists; it bounds the time that a pattern takes.
    private static final int LONGEST_RESOURCE = 512;

    /** Reads a document, or refuses it in words; what is not understood is never passed over. */
    public static Policy parse(String document) {
        return new PolicyReader(document).read();
    }

    /** Whether a statement allows the action on the resource and none denies it. */
    public boolean allows(String action, String resource) {
        if (resource.length() > LONGEST_RESOURCE) {
            return false;
        }
        var about = statements.stream()
                .filter(statement -> statement.isAbout(action, resource))
                .toList();
        return !about.isEmpty() && about.stream().allMatch(Statement::allows);
    }

    /** The patterns of all actions, in lower case. */
    public Stream<Wildcard> actions() {
        return statements.stream().flatMap(statement -> statement.actions().stream());
    }
}
