package dev.kiln.bench.result;

import java.util.List;

/**
 * The results for a measure.
 *
 * @param raw all measured numbers, in order; empty when it was not measured
 * @param reason why it was not measured, or empty
 */
public record Row(Measure measure, List<Double> raw, String reason) {

    /** Whether there is a number. */
    public boolean isMeasured() {
        return !raw.isEmpty();
    }

    /** The median of the numbers. */
    public double value() {
        var sorted = raw.stream().sorted().toList();
        var middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
