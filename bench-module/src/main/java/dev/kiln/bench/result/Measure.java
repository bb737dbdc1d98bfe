package dev.kiln.bench.result;

/**
 * A measured quantity.
 *
 * @param base name of the measure of the same scenario that it is compared with, or empty
 * @param goal the project's goal for it, or empty
 */
public record Measure(String name, String unit, String base, String goal) {

    /** A measure that is compared with nothing. */
    public static Measure of(String name, String unit) {
        return new Measure(name, unit, "", "");
    }

    /** This measure, compared with another one. */
    public Measure against(Measure other) {
        return new Measure(name, unit, other.name, goal);
    }

    /** This measure with a goal. */
    public Measure wanted(String words) {
        return new Measure(name, unit, base, words);
    }
}
