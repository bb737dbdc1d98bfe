package dev.kiln.worker.intake;

import dev.kiln.execution.EndedCancels;
import dev.kiln.worker.run.Announcement;
import dev.kiln.worker.run.ExecutionSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sweep: ends cancels that need no worker or have passed their deadline, and wakes a slot for each waiting
 * execution, whether its worker died or its message never arrived. It needs only PostgreSQL, so executions go on while
 * Kafka is away.
 */
public final class OrphanedExecutions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OrphanedExecutions.class);

    private final EndedCancels cancels;
    private final ExecutionSlots slots;
    private final Announcement announcement;

    public OrphanedExecutions(EndedCancels cancels, ExecutionSlots slots, Announcement announcement) {
        this.cancels = cancels;
        this.slots = slots;
        this.announcement = announcement;
    }

    /** One sweep. Never throws: the next one tries again. */
    public void sweep() {
        try {
            announcement.renew();
            cancels.overdue().forEach(id -> LOG.warn("{} was cancelled at its deadline", id));
            cancels.ofUntouched().forEach(id -> LOG.info("{} was cancelled while it waited", id));
            slots.sweep();
        } catch (RuntimeException e) {
            // Any exception: the first one that escapes would end the schedule, and with it all adoptions.
            LOG.warn("no sweep this time: {}", e.toString());
        }
    }

    /** Ends the announcement of this worker; there are no more sweeps. */
    @Override
    public void close() {
        announcement.close();
    }
}
