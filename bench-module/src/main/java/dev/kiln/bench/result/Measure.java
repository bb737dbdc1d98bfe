package dev.kiln.bench.result;

/**
 * Something that is measured.
 *
 * @param base name of the measure of the same scenario that the ratio is taken to, or empty
 * @param goal what the project wants it to be, or empty
 */
public record Measure(String name, String unit, String base, String goal) {

    /** One that is compared with nothing. */
    public static Measure of(String name, String unit) {
        return new Measure(name, unit, "", "");
    }

    /** The same, compared with another measure. */
    public Measure against(Measure other) {
        return new Measure(name, unit, other.name, goal);
    }

    /** The same with a goal beside it. */
    public Measure wanted(String words) {
        return new Measure(name, unit, base, words);
    }
}
