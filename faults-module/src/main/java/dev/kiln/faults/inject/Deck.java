package dev.kiln.faults.inject;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** The order of fault kinds: each as often as its weight, shuffled, again and again, so that every kind comes up. */
final class Deck {

    // Refills early, so that it never holds only kinds that cannot be injected at the moment.
    private static final int FEWEST = 12;
    private static final int CARDS_BEFORE_AGAIN = 4;

    private final SplittableRandom random;
    private final List<FaultKind> all;
    private final List<FaultKind> rest = new ArrayList<>();

    Deck(SplittableRandom random, List<FaultKind> kinds) {
        this.random = random;
        this.all = kinds.stream()
                .flatMap(kind -> Collections.nCopies(kind.weight(), kind).stream())
                .toList();
    }

    synchronized FaultKind next() {
        if (rest.size() < FEWEST) {
            var round = new ArrayList<>(all);
            for (var last = round.size() - 1; last > 0; last--) {
                Collections.swap(round, last, random.nextInt(last + 1));
            }
            rest.addAll(0, round);
        }
        return rest.remove(rest.size() - 1);
    }

    /** Puts a kind back a few places later, because there was nothing to break. */
    synchronized void putBack(FaultKind kind) {
        rest.add(Math.max(0, rest.size() - CARDS_BEFORE_AGAIN), kind);
    }
}
