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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue as all slots of this worker see it: read once for several slots, so that they do not all reach for the same
 * execution. A reading is used only briefly, because other workers take from the same queue.
 */
public final class WaitingLine {

    private static final Logger LOG = LoggerFactory.getLogger(WaitingLine.class);

    private static final Duration LEAST_FRESH = Duration.ofMillis(50);
    private static final Duration MOST_FRESH = Duration.ofSeconds(1);
    // A queue that is slow to read is kept for longer: the database must not spend most of its time on reading it.
    private static final int FRESH_PER_READING = 20;
    private static final int LOOK_AHEAD = 32;

    private final ExecutionQueue queue;
    private final Set<Ability> able;
    private final Supplier<Optional<String>> lack;
    private final Deque<ExecutionId> read = new ArrayDeque<>();
    private long readAt;
    private long fresh;
    private boolean hadRoom = true;

    /**
     * @param able the abilities of this worker: an execution that needs others is not in its queue
     * @param lack what this machine lacks to build anything now: then only what has been built is in its queue, since
     *     the rest would fail here, faster than other workers can take it
     */
    public WaitingLine(ExecutionQueue queue, Set<Ability> able, Supplier<Optional<String>> lack) {
        this.queue = queue;
        this.able = able;
        this.lack = lack;
    }

    /** How many executions wait, at most this many; always read afresh. */
    int waiting(int atMost, Collection<ExecutionId> passedOver) {
        return queue.next(atMost, passedOver, able, hasRoom()).size();
    }

    /**
     * The next execution to try, which another worker may have taken meanwhile; empty when none waits. Emptiness always
     * comes from the database, never from an older reading.
     */
    synchronized Optional<ExecutionId> next(Collection<ExecutionId> passedOver) {
        if (System.nanoTime() - readAt > fresh) {
            read.clear();
        }
        read.removeAll(passedOver);
        if (read.isEmpty()) {
            long began = System.nanoTime();
            read.addAll(queue.next(LOOK_AHEAD, passedOver, able, hasRoom()));
            readAt = System.nanoTime();
            fresh = Math.min(
                    Math.max((readAt - began) * FRESH_PER_READING, LEAST_FRESH.toNanos()), MOST_FRESH.toNanos());
        }
        return Optional.ofNullable(read.poll());
    }

    private synchronized boolean hasRoom() {
        var lacks = lack.get();
        if (lacks.isEmpty() != hadRoom) {
            hadRoom = lacks.isEmpty();
            LOG.warn(lacks.map(what -> "no more builds are taken: " + what).orElse("builds are taken again"));
        }
        return hadRoom;
    }
}
