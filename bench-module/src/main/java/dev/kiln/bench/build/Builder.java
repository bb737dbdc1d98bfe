package dev.kiln.bench.build;

import java.io.IOException;
import java.util.List;

/** Somebody who runs commands on a base image and packs the result. */
interface Builder {

    /**
     * How long a build took.
     *
     * @param wholeMillis from an image to an image
     * @param stepMillis the mean of its commands
     */
    record Times(double wholeMillis, double stepMillis) {}

    /** As it stands in the tables. */
    String name();

    /** Builds once. */
    Times build(List<String> commands) throws IOException, InterruptedException;
}
