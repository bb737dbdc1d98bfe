package dev.kiln.worker.intake;

import dev.kiln.execution.Executions;
import dev.kiln.worker.run.ExecutionSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sweep: finds executions that no worker has, whether their worker died or their message never came, and offers
 * them to the same slots. It needs PostgreSQL alone, so that executions go on while Kafka is away.
 */
public final class OrphanedExecutions {

    private static final Logger LOG = LoggerFactory.getLogger(OrphanedExecutions.class);

    private final Executions executions;
    private final ExecutionSlots slots;

    public OrphanedExecutions(Executions executions, ExecutionSlots slots) {
        this.executions = executions;
        this.slots = slots;
    }

    /** One sweep. Never throws: the next one comes soon. */
    public void sweep() {
        try {
            executions.endOverdueCancels().forEach(id -> LOG.warn("{} was cancelled at its deadline", id));
            var free = slots.free();
            if (free > 0) {
                var resting = slots.resting();
                executions.orphans(free + resting.size()).stream()
                        .filter(execution -> !resting.contains(execution))
                        .limit(free)
                        .forEach(slots::offer);
            }
        } catch (RuntimeException e) {
            // Whatever it is: a schedule ends with the first exception, and with it would every adoption.
            LOG.warn("no sweep this time: {}", e.toString());
        }
    }
}
