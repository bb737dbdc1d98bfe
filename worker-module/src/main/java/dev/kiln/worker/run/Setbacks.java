package dev.kiln.worker.run;

import dev.kiln.execution.ExecutionId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Executions whose runs on this worker end in trouble, such as a database that refuses their writes. Each rests before
 * the next try, longer every time, so that it neither spins nor keeps others from the slots.
 */
final class Setbacks {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Counts as so many setbacks: 8 seconds. */
    private static final int FIRST_FOR_ROOM = 4;

    private record Setback(int count, long restsUntil) {

        boolean isOver(Duration since) {
            return System.nanoTime() - restsUntil >= since.toNanos();
        }
    }

    private final Map<ExecutionId, Setback> all = new ConcurrentHashMap<>();

    /** Counts one more setback and returns how long the execution rests. */
    Duration add(ExecutionId execution) {
        return add(execution, 1);
    }

    /** The same for want of room: at once long enough that every other worker looks for executions before. */
    Duration addForRoom(ExecutionId execution) {
        return add(execution, FIRST_FOR_ROOM);
    }

    private Duration add(ExecutionId execution, int first) {
        all.values().removeIf(setback -> setback.isOver(LONGEST.multipliedBy(2)));
        var count = all.compute(execution, (id, before) -> {
                    var number = Math.max(first, before == null ? 1 : before.count() + 1);
                    return new Setback(number, System.nanoTime() + rest(number).toNanos());
                })
                .count();
        return rest(count);
    }

    void forget(ExecutionId execution) {
        all.remove(execution);
    }

    Set<ExecutionId> resting() {
        return all.entrySet().stream()
                .filter(entry -> !entry.getValue().isOver(Duration.ZERO))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static Duration rest(int count) {
        var growing = Duration.ofSeconds(1L << Math.min(count - 1, 6));
        return growing.compareTo(LONGEST) < 0 ? growing : LONGEST;
    }
}
