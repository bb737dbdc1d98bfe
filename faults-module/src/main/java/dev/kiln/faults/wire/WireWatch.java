package dev.kiln.faults.wire;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Observes all statements of all processes, and acts when a certain one passes. */
public final class WireWatch {

    /**
     * When a process is killed: before its statement reaches the server, or when its statement is committed and before
     * the process sees that it is. A statement that fails or is rolled back kills nobody.
     */
    public enum Side {
        NONE,
        BEFORE,
        AFTER
    }

    /** A claim of an execution that the database has made. */
    public record Claim(String execution, String worker, Instant at) {}

    /** A worker that was killed at a write, and the write's execution. */
    public record Kill(String execution, String worker, Instant at) {}

    /** A statement that changes an execution: the n-th one with its text for that execution. */
    public record Write(String sql, int ordinal) {}

    /** A write that kills the process that sends it. */
    private record Trap(Write write, Side side) {}

    private final Queue<Claim> claims = new ConcurrentLinkedQueue<>();
    private final Queue<Kill> kills = new ConcurrentLinkedQueue<>();
    private final Map<String, String> templates = new ConcurrentHashMap<>();
    private final Map<String, List<Write>> writes = new ConcurrentHashMap<>();
    private final Map<String, Trap> traps = new ConcurrentHashMap<>();
    private final Map<Forwarder, Side> nextWrite = new ConcurrentHashMap<>();
    private final Runs runs = new Runs();
    private volatile Guard without = Guard.NONE;
    private volatile @Nullable LateWrite late;

    /** Removes a guard from the statements that are prepared from now on. */
    public void takeAway(Guard guard) {
        without = guard;
    }

    /** The statement without the guard that was taken away. */
    String guarded(String sql) {
        return without.takenFrom(sql);
    }

    /** Observed overlaps: two runs of one execution at once. */
    public List<Runs.Overlap> overlaps() {
        return runs.overlaps();
    }

    /** All claims so far, the oldest first. */
    public List<Claim> claims() {
        return List.copyOf(claims);
    }

    /** All kills at a write so far. */
    public List<Kill> kills() {
        return List.copyOf(kills);
    }

    void killed(Forwarder forwarder, WireStatement statement) {
        kills.add(new Kill(statement.execution(), forwarder.owner(), Instant.now()));
    }

    /** The writes of workers for the execution so far. */
    public List<Write> writesOf(String execution) {
        var seen = writes.getOrDefault(execution, List.of());
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    /** Kills the worker that sends this write for an execution of the template, once. */
    public void setTrap(String template, Write write, Side side) {
        traps.put(template, new Trap(write, side));
    }

    /** Removes the template's trap; true when it has caught nobody. */
    public boolean removeTrap(String template) {
        return traps.remove(template) != null;
    }

    /** Kills the process at its next write, whichever that is. */
    public void killAtNextWrite(Forwarder forwarder, Side side) {
        nextWrite.put(forwarder, side);
    }

    /** Whether the process has not written yet. */
    public boolean awaitsWrite(Forwarder forwarder) {
        return nextWrite.containsKey(forwarder);
    }

    /** Cancels the kill at the next write; false when it has already happened. */
    public boolean forgetNextWrite(Forwarder forwarder) {
        return nextWrite.remove(forwarder) != null;
    }

    /** Delivers a write late: its worker's next copy, after another worker has made the same one. */
    public void deliverLate(LateWrite write) {
        late = write;
    }

    /** Ends {@link #deliverLate}. */
    public void deliverNoneLate() {
        var ending = late;
        late = null;
        if (ending != null) {
            ending.end();
        }
    }

    /** Called before a statement is forwarded; may wait. */
    Side before(Forwarder forwarder, WireStatement statement) throws InterruptedException {
        var execution = statement.execution();
        if (execution.isEmpty()) {
            return Side.NONE;
        }
        if (!statement.template().isEmpty()) {
            templates.put(execution, statement.template());
        }
        runs.before(forwarder.owner(), statement);
        var delivery = late;
        if (delivery != null) {
            delivery.before(forwarder, statement);
        }
        return statement.writes() ? side(forwarder, statement) : Side.NONE;
    }

    private Side side(Forwarder forwarder, WireStatement statement) {
        if (!forwarder.owner().startsWith("worker")) {
            return Side.NONE;
        }
        var write = counted(statement);
        var template = templates.getOrDefault(statement.execution(), "");
        var trap = traps.get(template);
        if (trap != null && trap.write().equals(write) && traps.remove(template, trap)) {
            return trap.side();
        }
        return Optional.ofNullable(nextWrite.remove(forwarder)).orElse(Side.NONE);
    }

    private Write counted(WireStatement statement) {
        var seen = writes.computeIfAbsent(statement.execution(), execution -> new ArrayList<>());
        synchronized (seen) {
            var same = seen.stream()
                    .filter(write -> write.sql().equals(statement.sql()))
                    .count();
            var write = new Write(statement.sql(), (int) same + 1);
            seen.add(write);
            return write;
        }
    }

    /** Called when the server has done a statement, before the process sees it. */
    void answered(Forwarder forwarder, WireStatement statement) {
        if (statement.claims()) {
            claims.add(new Claim(statement.execution(), forwarder.owner(), Instant.now()));
        }
        runs.answered(forwarder.owner(), statement);
        var delivery = late;
        if (delivery != null) {
            delivery.answered(forwarder, statement);
        }
    }
}
