package dev.kiln.api.doctor;

import dev.kiln.database.LockSessions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * A database session that holds an advisory lock for as long as this process lives, so that others can tell which
 * uploads nobody works on any more.
 */
@Component
final class ProofOfLife implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProofOfLife.class);
    private static final int SECONDS_TO_ANSWER = 3;

    private final LockSessions sessions;
    private final long lock = new SecureRandom().nextLong();
    private @Nullable Connection session;

    ProofOfLife(JdbcConnectionDetails database) {
        this.sessions = new LockSessions(database.getJdbcUrl(), database.getUsername(), database.getPassword());
    }

    /** The lock, which is held when this returns. */
    synchronized long lock() {
        try {
            if (session == null || !session.isValid(SECONDS_TO_ANSWER)) {
                close();
                session = open();
            }
            return lock;
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("the database gives no session that proves life", e);
        }
    }

    /** A session that was lost is replaced soon, before anybody takes this process's uploads for abandoned. */
    @Scheduled(fixedDelay = 1000)
    synchronized void renew() {
        if (session != null) {
            try {
                lock();
            } catch (DataAccessResourceFailureException e) {
                LOG.warn("uploads of this process may be given up: {}", e.toString());
            }
        }
    }

    private Connection open() throws SQLException {
        var opened = sessions.open();
        try (var statement = opened.createStatement()) {
            statement.execute("select pg_advisory_lock(" + lock + ")");
            return opened;
        } catch (SQLException e) {
            opened.close();
            throw e;
        }
    }

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
