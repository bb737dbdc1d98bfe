package dev.kiln.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How much of what was asked for a run did.
 *
 * @param places where a worker was to be killed at a write; empty when that was not asked for
 * @param faults the faults among which clients started executions; empty when that was not asked for
 */
record Coverage(Optional<Places> places, Optional<Faults> faults) {

    /** Places at writes: those that were found, and those at which a worker was killed. */
    record Places(int found, int hit) {}

    /** Faults that were injected, and starts that were accepted meanwhile. */
    record Faults(int injected, int started) {}

    /** A sentence for everything that this run cannot say anything about, because it did not happen. */
    List<String> gaps() {
        var gaps = new ArrayList<String>();
        places.filter(all -> all.found() == 0 || all.hit() < all.found())
                .ifPresent(all -> gaps.add("only " + all.hit() + " of " + all.found() + " places at writes were hit"));
        faults.filter(all -> all.injected() == 0).ifPresent(all -> gaps.add("no fault was injected"));
        faults.filter(all -> all.started() == 0)
                .ifPresent(all -> gaps.add("no start was accepted while faults were injected"));
        return gaps;
    }
}
