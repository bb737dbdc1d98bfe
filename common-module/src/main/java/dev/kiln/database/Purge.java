package dev.kiln.database;

import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Deletes many rows in short statements, because a statement that takes too long is cancelled. */
public final class Purge {

    private static final int PART = 10_000;

    private Purge() {}

    /** Repeats the statement, which deletes at most {@code :most} rows, until none are left. */
    public static void inParts(StatementSpec delete) {
        var part = delete.param("most", PART);
        while (part.update() == PART) {
            // More rows are left.
        }
    }
}
