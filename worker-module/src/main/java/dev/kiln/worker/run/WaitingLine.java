package dev.kiln.worker.run;

import dev.kiln.execution.Ability;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/**
 * The line of waiting executions as all slots of this worker see it: read once for several of them, so that they do not
 * all reach for the same execution. What was read is used for a moment only: others take from the same line.
 */
public final class WaitingLine {

    private static final Duration LEAST_FRESH = Duration.ofMillis(50);
    private static final Duration MOST_FRESH = Duration.ofSeconds(1);
    // A line that takes long to read is used for longer: reading it shall not be what the database mostly does.
    private static final int FRESH_PER_READING = 20;
    private static final int LOOK_AHEAD = 32;

    private final ExecutionQueue queue;
    private final Set<Ability> able;
    private final Deque<ExecutionId> read = new ArrayDeque<>();
    private long readAt;
    private long fresh;

    /** @param able what this worker can do: who needs more is not in its line */
    public WaitingLine(ExecutionQueue queue, Set<Ability> able) {
        this.queue = queue;
        this.able = able;
    }

    /** How many wait, at most so many; asked anew. */
    int waiting(int atMost, Collection<ExecutionId> passedOver) {
        return queue.next(atMost, passedOver, able).size();
    }

    /**
     * The next to be tried, which somebody else may have taken meanwhile; empty when nobody waits. That is never said
     * from memory.
     */
    synchronized Optional<ExecutionId> next(Collection<ExecutionId> passedOver) {
        if (System.nanoTime() - readAt > fresh) {
            read.clear();
        }
        read.removeAll(passedOver);
        if (read.isEmpty()) {
            long began = System.nanoTime();
            read.addAll(queue.next(LOOK_AHEAD, passedOver, able));
            readAt = System.nanoTime();
            fresh = Math.min(
                    Math.max((readAt - began) * FRESH_PER_READING, LEAST_FRESH.toNanos()), MOST_FRESH.toNanos());
        }
        return Optional.ofNullable(read.poll());
    }
}
