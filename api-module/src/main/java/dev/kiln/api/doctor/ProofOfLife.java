package dev.kiln.api.doctor;

import dev.kiln.database.LifeSession;
import dev.kiln.database.LockSessions;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Holds a lock in the database, by which others see that this process still works on its uploads: those of a process
 * whose lock is free are abandoned.
 */
@Component
final class ProofOfLife implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProofOfLife.class);

    private final LifeSession session;
    // A database that restarts refuses the session that is to replace the lost one: it is asked for again.
    private volatile boolean refused;

    ProofOfLife(JdbcConnectionDetails database) {
        this.session = new LifeSession(
                new LockSessions(database.getJdbcUrl(), database.getUsername(), database.getPassword()));
    }

    /** The number of the lock, which is held when this returns. */
    long lock() {
        try {
            session.hold();
            refused = false;
            return session.lock();
        } catch (SQLException e) {
            refused = true;
            throw new DataAccessResourceFailureException("the database gives no session that proves life", e);
        }
    }

    /** Soon replaces a lost session, before others take this process's uploads for abandoned. */
    @Scheduled(fixedDelay = 1000)
    void renew() {
        if (session.isOpen() || refused) {
            try {
                lock();
            } catch (DataAccessResourceFailureException e) {
                LOG.warn("uploads of this process may be given up: {}", e.toString());
            }
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
