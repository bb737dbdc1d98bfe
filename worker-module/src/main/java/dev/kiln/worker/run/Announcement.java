package dev.kiln.worker.run;

import dev.kiln.database.LifeSession;
import dev.kiln.execution.Workers;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Announces this worker and its abilities while it takes work: the row is valid as long as its session's lock is held.
 */
public final class Announcement implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Announcement.class);

    private final Workers workers;
    private final LifeSession session;
    private final Workers.Worker worker;
    private boolean written;
    private boolean closed;

    public Announcement(Workers workers, LifeSession session, Workers.Worker worker) {
        this.workers = workers;
        this.session = session;
        this.worker = worker;
    }

    /**
     * Announces the worker unless its row is there. Trouble with the database is logged, and the next sweep tries
     * again.
     */
    public synchronized void renew() {
        if (closed) {
            return;
        }
        try {
            // The row may have been removed while the session was gone.
            if (session.hold() || !written) {
                workers.announce(session.lock(), worker);
                written = true;
            }
        } catch (SQLException | DataAccessException e) {
            written = false;
            LOG.warn("this worker's abilities could not be announced: {}", e.toString());
        }
    }

    /** Ends the announcement: this worker takes no more work. */
    @Override
    public synchronized void close() {
        closed = true;
        session.close();
    }
}
