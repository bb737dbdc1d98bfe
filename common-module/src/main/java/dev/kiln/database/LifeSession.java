package dev.kiln.database;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A database session that holds an advisory lock for as long as its process lives, so that others can tell whether the
 * process is there.
 */
public final class LifeSession implements AutoCloseable {

    private static final int SECONDS_TO_ANSWER = 3;

    private final LockSessions sessions;
    private final long lock = new SecureRandom().nextLong();
    private @Nullable Connection session;

    public LifeSession(LockSessions sessions) {
        this.sessions = sessions;
    }

    /** The lock's number, always the same. */
    public long lock() {
        return lock;
    }

    /** Whether there was a session when this was last used. */
    public synchronized boolean isOpen() {
        return session != null;
    }

    /** The lock is held when this returns; true when it was not before, since the session had ended or never begun. */
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
            // Lock sessions are counted as slots by their name.
            statement.execute("set application_name = 'kiln-life'");
            statement.execute("select pg_advisory_lock(" + lock + ")");
            return opened;
        } catch (SQLException e) {
            opened.close();
            throw e;
        }
    }

    /** Ends the session, and with it the lock. */
    @Override
    public synchronized void close() {
        var closing = session;
        session = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (SQLException e) {
                // A session that cannot be closed is dead already.
            }
        }
    }
}
