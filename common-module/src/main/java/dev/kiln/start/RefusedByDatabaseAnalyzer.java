package dev.kiln.start;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says at start that the database is not reached or lets nobody in, instead of a stack trace. */
class RefusedByDatabaseAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    // Of SQLSTATE: the connection, the authorization, and a database that is not there.
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

    /** What the driver said, and not what a pool made of it after waiting. */
    private static SQLException first(SQLException failure) {
        return failure.getCause() instanceof SQLException before ? first(before) : failure;
    }
}
