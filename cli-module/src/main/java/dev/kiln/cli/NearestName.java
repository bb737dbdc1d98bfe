package dev.kiln.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what was probably meant by a mistyped name. */
final class NearestName {

    private NearestName() {}

    /** The nearest of the known names, however far it is; empty if none is known. */
    static Optional<String> of(String typed, Collection<String> known) {
        return known.stream()
                .min(Comparator.<String>comparingInt(name -> distance(name, typed))
                        .thenComparing(name -> name));
    }

    /** The nearest of the known names, if no more than half of what was typed would be another letter. */
    static Optional<String> close(String typed, Collection<String> known) {
        return of(typed, known).filter(name -> distance(name, typed) <= Math.max(1, typed.length() / 2));
    }

    /** The number of letters to change, insert or remove to turn one into the other. */
    private static int distance(String one, String other) {
        var row = new int[other.length() + 1];
        for (int to = 0; to <= other.length(); to++) {
            row[to] = to;
        }
        for (int from = 1; from <= one.length(); from++) {
            int before = row[0];
            row[0] = from;
            for (int to = 1; to <= other.length(); to++) {
                int changed = before + (one.charAt(from - 1) == other.charAt(to - 1) ? 0 : 1);
                before = row[to];
                row[to] = Math.min(changed, 1 + Math.min(row[to], row[to - 1]));
            }
        }
        return row[other.length()];
    }
}
