package dev.kiln.database;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A database session that holds an advisory lock as long as its process lives, so that other processes can tell that it
 * is running.
 */
public final class LifeSession implements AutoCloseable {

    private static final int SECONDS_TO_ANSWER = 3;

    private final LockSessions sessions;
    private final long lock = new SecureRandom().nextLong();
    private @Nullable Connection session;

    public LifeSession(LockSessions sessions) {
        this.sessions = sessions;
    }

    /** The lock's number; it never changes. */
    public long lock() {
        return lock;
    }

    /** Whether the session was open at its last use. */
    public synchronized boolean isOpen() {
        return session != null;
    }

    /** Takes the lock if necessary. True when it was not held before: the session had ended or never begun. */
    public synchronized boolean hold() throws SQLException {
        if (session != null && session.isValid(SECONDS_TO_ANSWER)) {
            return false;
        }
        close();
        session = open();
        return true;
    }

    private Connection open() throws SQLException {
        var opened = sessions.open();
        try (var statement = opened.createStatement()) {
            // Worker slots are counted by the name of lock sessions; this is not one.
            statement.execute("set application_name = 'kiln-life'");
            statement.execute("select pg_advisory_lock(" + lock + ")");
            return opened;
        } catch (SQLException e) {
            opened.close();
            throw e;
        }
    }

    /** Ends the session and releases the lock. */
    @Override
    public synchronized void close() {
        var closing = session;
        session = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (SQLException e) {
                // A session that cannot be closed is already dead.
            }
        }
    }
}
