package dev.kiln.worker.intake;

import dev.kiln.execution.EndedCancels;
import dev.kiln.worker.run.Announcement;
import dev.kiln.worker.run.ExecutionSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sweep: ends cancels that need no worker or whose deadline has passed, and wakes as many slots as executions wait,
 * whether their worker died or their message never came. It needs PostgreSQL alone, so that executions go on while
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

    /** One sweep. Never throws: the next one comes soon. */
    public void sweep() {
        try {
            announcement.renew();
            cancels.overdue().forEach(id -> LOG.warn("{} was cancelled at its deadline", id));
            cancels.ofUntouched().forEach(id -> LOG.info("{} was cancelled while it waited", id));
            slots.sweep();
        } catch (RuntimeException e) {
            // Whatever it is: a schedule ends with the first exception, and with it would every adoption.
            LOG.warn("no sweep this time: {}", e.toString());
        }
    }

    /** There will be no more sweeps: nobody waits for this worker any more. */
    @Override
    public void close() {
        announcement.close();
    }
}
