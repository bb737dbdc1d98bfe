package dev.kiln.api.live;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArraySet;

/** A followed execution: what the last look found, and the latest events, shared as bytes by all followers. */
final class Followed {

    // A follower that is further behind reads from the database itself.
    private static final long KEPT_BYTES = 1 << 19;

    private final ExecutionId execution;
    private final Set<LogStream> streams = new CopyOnWriteArraySet<>();
    private final NavigableMap<Long, Sent> events = new TreeMap<>();
    private long kept;
    private LiveRows.Seen seen;
    private long end;

    Followed(ExecutionId execution, LiveRows.Seen seen) {
        this.execution = execution;
        this.seen = seen;
        this.end = seen.logEnd();
    }

    /** An event, and the offsets in the log between which it takes a reader. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares events.
    record Sent(long from, long to, byte[] bytes) {}

    ExecutionId execution() {
        return execution;
    }

    Set<LogStream> streams() {
        return streams;
    }

    /** The offset up to which the log was read. */
    synchronized long end() {
        return end;
    }

    synchronized String state() {
        return seen.state();
    }

    synchronized ExecutionStatus status() {
        return seen.status();
    }

    /**
     * Whether nothing will follow for a reader that has read up to the offset; the log may have grown since the look.
     */
    synchronized boolean isOver(long offset) {
        return seen.status().isFinal() && end >= seen.logEnd() && offset >= end;
    }

    /** Takes in what a look has found; returns whether any of it is new. */
    synchronized boolean take(LiveRows.Seen now, List<Sent> more) {
        var changed = !now.equals(seen) || !more.isEmpty();
        seen = now;
        for (var event : more) {
            events.put(event.from(), event);
            kept += event.bytes().length;
            end = event.to();
        }
        while (kept > KEPT_BYTES) {
            kept -= Objects.requireNonNull(events.pollFirstEntry()).getValue().bytes().length;
        }
        return changed;
    }

    /** The event that begins at the offset, if it is still kept. */
    synchronized Optional<Sent> from(long offset) {
        return Optional.ofNullable(events.get(offset));
    }
}
