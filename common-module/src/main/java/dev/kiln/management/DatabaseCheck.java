package dev.kiln.management;

import dev.kiln.management.HealthCheck.Need;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Checks whether the database gives a session that answers. */
public final class DatabaseCheck {

    private static final int SECONDS_TO_ANSWER = 2;
    private static final Duration FRESH = Duration.ofSeconds(2);

    private DatabaseCheck() {}

    /** The check; how much a process needs the database differs between processes. */
    public static HealthCheck of(DataSource pool, Need need) {
        return new HealthCheck("database", need, FRESH, () -> answers(pool));
    }

    private static String answers(DataSource pool) throws SQLException {
        try (var session = pool.getConnection()) {
            if (!session.isValid(SECONDS_TO_ANSWER)) {
                throw new SQLException("no answer within " + SECONDS_TO_ANSWER + " s");
            }
            return "answers";
        }
    }
}
