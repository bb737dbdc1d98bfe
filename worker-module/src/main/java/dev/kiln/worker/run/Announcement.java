package dev.kiln.worker.run;

import dev.kiln.database.LifeSession;
import dev.kiln.execution.Workers;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** What this worker says of itself, for as long as it takes work: the row holds as long as a lock is held. */
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

    /** Says it, if that is not known; trouble with the database is survived, since the next sweep says it again. */
    public synchronized void renew() {
        if (closed) {
            return;
        }
        try {
            // While the session was gone somebody may have removed the row.
            if (session.hold() || !written) {
                workers.announce(session.lock(), worker);
                written = true;
            }
        } catch (SQLException | DataAccessException e) {
            written = false;
            LOG.warn("this worker's abilities could not be announced: {}", e.toString());
        }
    }

    /** This worker takes no more work. */
    @Override
    public synchronized void close() {
        closed = true;
        session.close();
    }
}
