package dev.kiln.faults.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Sorted durations: their median, 99th percentile and maximum. */
public final class Spread {

    private final List<Duration> sorted;

    Spread(List<Duration> times) {
        this.sorted = new ArrayList<>(times);
        this.sorted.sort(null);
    }

    public int count() {
        return sorted.size();
    }

    /** Cells of a table: count, p50, p99, max. */
    public String cells() {
        return sorted.isEmpty()
                ? "0 | | | "
                : "%d | %s | %s | %s".formatted(sorted.size(), seconds(0.5), seconds(0.99), seconds(1));
    }

    /** Count, p50, p99 and max as a line for the terminal. */
    public String line() {
        return sorted.isEmpty()
                ? "none"
                : "p50 %s  p99 %s  max %s  of %d".formatted(seconds(0.5), seconds(0.99), seconds(1), sorted.size());
    }

    private String seconds(double part) {
        var index = Math.max(0, (int) Math.ceil(part * sorted.size()) - 1);
        return String.format(Locale.ROOT, "%.1f s", sorted.get(index).toMillis() / 1000.0);
    }
}
