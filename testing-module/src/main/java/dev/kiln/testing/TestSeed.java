package dev.kiln.testing;

import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reproducible randomness: a run prints its seed, and {@code -Dkiln.seed=} repeats the run. */
public final class TestSeed {

    private static final Logger LOG = LoggerFactory.getLogger(TestSeed.class);

    private TestSeed() {}

    /** A source of random numbers for the test of this name. */
    public static Random random(String test) {
        var seed = Long.getLong("kiln.seed", System.nanoTime());
        LOG.warn("{} runs with seed {}; repeat it by -Dkiln.seed={}", test, seed, seed);
        return new Random(seed);
    }
}
