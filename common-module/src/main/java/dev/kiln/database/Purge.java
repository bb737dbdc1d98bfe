package dev.kiln.database;

import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Removes much in parts, each of which is short however much there is: a statement that takes too long is ended. */
public final class Purge {

    private static final int PART = 10_000;

    private Purge() {}

    /** Runs the statement, which removes at most {@code :most} rows, as often as it takes. */
    public static void inParts(StatementSpec delete) {
        var part = delete.param("most", PART);
        while (part.update() == PART) {
            // There is more.
        }
    }
}
