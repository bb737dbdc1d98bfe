package dev.kiln.faults.wire;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Which worker runs which execution, according to the claims that the database has answered. */
public final class Runs {

    /** A worker that still worked on an execution although another one had claimed it. */
    public record Overlap(String execution, Run first, Run second, String statement, Instant at) {}

    /** An answered claim. */
    public record Run(String worker, Instant since) {}

    private final Map<String, Run> current = new ConcurrentHashMap<>();
    private final Map<String, Run> before = new ConcurrentHashMap<>();
    private final Queue<Overlap> overlaps = new ConcurrentLinkedQueue<>();

    List<Overlap> overlaps() {
        return List.copyOf(overlaps);
    }

    void answered(String worker, WireStatement statement) {
        if (statement.claims()) {
            var run = new Run(worker, Instant.now().truncatedTo(ChronoUnit.MILLIS));
            var ended = current.put(statement.execution(), run);
            if (ended != null) {
                before.put(statement.execution(), ended);
            }
        }
    }

    void before(String worker, WireStatement statement) {
        if (!statement.writes() || statement.claims()) {
            return;
        }
        var second = current.get(statement.execution());
        var first = before.get(statement.execution());
        if (first != null
                && second != null
                && first.worker().equals(worker)
                && !second.worker().equals(worker)) {
            overlaps.add(new Overlap(
                    statement.execution(),
                    first,
                    second,
                    statement.sql(),
                    Instant.now().truncatedTo(ChronoUnit.MILLIS)));
        }
    }
}
