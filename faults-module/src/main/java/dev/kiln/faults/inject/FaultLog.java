package dev.kiln.faults.inject;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The injected faults, in the order in which they ended. */
public final class FaultLog {

    private final Queue<Injected> all = new ConcurrentLinkedQueue<>();
    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();

    /** Adds a fault that is over. */
    public void add(Injected fault) {
        all.add(fault);
    }

    /** Records a failure of this program itself; it makes the run worthless, so it is reported as a violation. */
    void trouble(String what) {
        troubles.add(what);
    }

    public List<String> troubles() {
        return List.copyOf(troubles);
    }

    public List<Injected> all() {
        return List.copyOf(all);
    }

    /** The number of faults of each kind. */
    public Map<FaultKind, Integer> counts() {
        var counts = new EnumMap<FaultKind, Integer>(FaultKind.class);
        all.forEach(fault -> counts.merge(fault.kind(), 1, Integer::sum));
        return counts;
    }

    /**
     * Whether a fault between these times explains that an execution ended like this.
     *
     * @param image the execution's image in the region of its template
     */
    public boolean explains(ExecutionStatus status, Failure failure, String image, Instant begin, Instant end) {
        return all.stream()
                .anyMatch(fault -> fault.kind().explains(fault.target(), status, failure, image)
                        && fault.at().isBefore(end)
                        && fault.mended().isAfter(begin));
    }
}
