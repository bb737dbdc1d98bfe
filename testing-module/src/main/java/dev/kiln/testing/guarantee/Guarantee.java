package dev.kiln.testing.guarantee;

import java.util.List;

/** Something that must be true of a system at rest, whatever happened to it before. */
public interface Guarantee {

    /** A sentence for each place where it does not hold; empty when it holds. */
    List<String> violations();
}
