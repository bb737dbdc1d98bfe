package dev.kiln.bench;

/** One question that is answered by measuring; it adds its rows and asserts nothing. */
public interface Scenario {

    /** As {@code --only} knows it. */
    String name();

    /** Measures, as often as the surroundings ask for. */
    void measure(Surroundings surroundings) throws Exception;
}
