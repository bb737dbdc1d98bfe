package dev.kiln.start;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Reports at start that the database cannot be reached or refuses the login, instead of a stack trace. */
class RefusedByDatabaseAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    // Classes of SQLSTATE: connection, authorization, missing database.
    private static final List<String> CLASSES = List.of("08", "28", "3D");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        var first = first(cause);
        var state = first.getSQLState() == null ? "" : first.getSQLState();
        if (CLASSES.stream().noneMatch(state::startsWith)) {
            return null;
        }
        return new FailureAnalysis(
                "The database does not let this process in: " + first.getMessage(),
                "See that spring.datasource.url, spring.datasource.username and spring.datasource.password are those"
                        + " of a PostgreSQL that runs.",
                cause);
    }

    /** The driver's own failure, not what a pool made of it after waiting. */
    private static SQLException first(SQLException failure) {
        return failure.getCause() instanceof SQLException before ? first(before) : failure;
    }
}
