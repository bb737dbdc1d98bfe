package dev.kiln.faults.verdict;

import dev.kiln.faults.inject.FaultKind;
import dev.kiln.faults.inject.Injected;
import dev.kiln.faults.wire.WireWatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** How long disturbed executions stood still, and how long cancels took. */
public final class Timings {

    private final Map<FaultKind, Spread> resumes = new EnumMap<>(FaultKind.class);
    private final Spread cancels;

    /** A disturbed execution continues with its next claim or its next change of status, whichever comes first. */
    public Timings(List<Injected> faults, List<Records.Event> events, List<WireWatch.Claim> claims) {
        var signs = new HashMap<String, NavigableSet<Instant>>();
        // A cancel is written by an API; it is no sign that a worker has the execution.
        events.stream()
                .filter(event -> !event.to().equals("CANCELLING"))
                .forEach(event -> sign(signs, event.execution(), event.at()));
        claims.forEach(claim -> sign(signs, claim.execution(), claim.at()));
        var times = new EnumMap<FaultKind, List<Duration>>(FaultKind.class);
        for (var fault : faults) {
            for (var execution : fault.affected()) {
                var next = signs.getOrDefault(execution, new TreeSet<>()).higher(fault.at());
                if (next != null) {
                    times.computeIfAbsent(fault.kind(), kind -> new ArrayList<>())
                            .add(Duration.between(fault.at(), next));
                }
            }
        }
        times.forEach((kind, all) -> resumes.put(kind, new Spread(all)));
        cancels = new Spread(cancels(events));
    }

    private static void sign(Map<String, NavigableSet<Instant>> signs, String execution, Instant at) {
        signs.computeIfAbsent(execution, id -> new TreeSet<>()).add(at);
    }

    private static List<Duration> cancels(List<Records.Event> events) {
        var asked = new HashMap<String, Instant>();
        var times = new ArrayList<Duration>();
        for (var event : events) {
            if (event.to().equals("CANCELLING")) {
                asked.put(event.execution(), event.at());
            } else if (event.to().equals("CANCELLED")) {
                var begun = asked.get(event.execution());
                if (begun != null) {
                    times.add(Duration.between(begun, event.at()));
                }
            }
        }
        return times;
    }

    /** Times from a fault to the next sign of life, by kind; without kinds that do not certainly stop an execution. */
    public Map<FaultKind, Spread> resumes() {
        return Map.copyOf(resumes);
    }

    /** Times from the acceptance of a cancel to the end. */
    public Spread cancels() {
        return cancels;
    }
}
