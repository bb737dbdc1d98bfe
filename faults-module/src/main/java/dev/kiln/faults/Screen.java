package dev.kiln.faults;

import dev.kiln.faults.inject.FaultLog;
import dev.kiln.faults.load.Ledger;
import dev.kiln.faults.verdict.Records;
import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;

/** The output for people during a run. */
final class Screen {

    private static final long SECONDS_BETWEEN_LINES = 5;

    private final PrintStream out;
    private final long begun = System.nanoTime();

    Screen(PrintStream out) {
        this.out = out;
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    /** Prints the beginning of a phase, with the time since the run began. */
    void phase(String name) {
        say("%5d s  %s".formatted(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun), name));
    }

    /** Prints a status line every few seconds until this time, or until it is interrupted. */
    void follow(Ledger ledger, FaultLog log, Records records, long untilNanoTime) {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(SECONDS_BETWEEN_LINES);
                var left = TimeUnit.NANOSECONDS.toSeconds(untilNanoTime - System.nanoTime());
                var faults = log.counts().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum();
                phase("  %s  started %d  %s  faults %d"
                        .formatted(
                                left > 0 ? left + " s left" : "mending",
                                ledger.started().size(),
                                statuses(records),
                                faults));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String statuses(Records records) {
        try {
            return inWords(records.statuses());
        } catch (DataAccessException e) {
            return "(PostgreSQL is away)";
        }
    }

    static String inWords(Map<String, Integer> statuses) {
        return new TreeMap<>(statuses)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }
}
