package dev.kiln.bench;

/** A question answered by measuring; it adds its rows and asserts nothing. */
public interface Scenario {

    /** Its name in {@code --only}. */
    String name();

    /** Measures, as often as the surroundings request. */
    void measure(Surroundings surroundings) throws Exception;
}
