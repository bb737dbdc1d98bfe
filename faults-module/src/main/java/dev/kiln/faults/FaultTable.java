package dev.kiln.faults;

import dev.kiln.faults.inject.FaultKind;
import dev.kiln.faults.verdict.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Every kind of fault, also one that did not happen: how often, and how long the executions stood still that it
 * stopped.
 *
 * @param leftOut the kinds that cannot be injected on this machine
 */
record FaultTable(Map<FaultKind, Integer> counts, Map<FaultKind, Spread> resumes, Set<FaultKind> leftOut) {

    /** As lines for the terminal. */
    List<String> lines() {
        return Stream.of(FaultKind.values())
                .map(kind -> {
                    var resume = resumes.get(kind);
                    return "%8s  %-66s %s"
                            .formatted(count(kind), kind.meaning(), resume == null ? "" : "resumed " + resume.line());
                })
                .map(String::stripTrailing)
                .toList();
    }

    /** As a table of a page. */
    List<String> rows() {
        var rows = new ArrayList<>(List.of(
                "| fault | injected | executions stopped by it | resumed after: p50 | p99 | max |",
                "|---|---|---|---|---|---|"));
        for (var kind : FaultKind.values()) {
            var resume = resumes.get(kind);
            rows.add("| " + kind.meaning() + " | " + count(kind) + " | " + (resume == null ? " | | | " : resume.cells())
                    + " |");
        }
        return rows;
    }

    private String count(FaultKind kind) {
        return leftOut.contains(kind) ? "left out" : Integer.toString(counts.getOrDefault(kind, 0));
    }
}
