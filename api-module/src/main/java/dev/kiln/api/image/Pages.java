package dev.kiln.api.image;

import dev.kiln.api.operation.Parameter;

/** Listings with page numbers. */
final class Pages {

    static final Parameter<Integer> PAGE_NUMBER =
            Parameter.integer("PageNumber", 1, Integer.MAX_VALUE).or(1);
    static final Parameter<Integer> PAGE_SIZE =
            Parameter.integer("PageSize", 1, 100).or(10);

    private Pages() {}

    /** The number of objects on the pages before. */
    static long before(int number, int size) {
        return (number - 1L) * size;
    }
}
