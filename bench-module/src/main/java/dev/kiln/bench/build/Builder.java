package dev.kiln.bench.build;

import java.io.IOException;
import java.util.List;

/** A contender that runs commands on a base image and packs the result. */
interface Builder {

    /**
     * The duration of a build.
     *
     * @param wholeMillis from base image to finished image
     * @param stepMillis mean duration of a command
     */
    record Times(double wholeMillis, double stepMillis) {}

    /** Its name in the tables. */
    String name();

    /** Builds once. */
    Times build(List<String> commands) throws IOException, InterruptedException;
}
