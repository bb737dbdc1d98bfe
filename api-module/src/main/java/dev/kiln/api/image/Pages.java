package dev.kiln.api.image;

import dev.kiln.api.operation.Parameter;

/** Listings that are walked by page numbers. */
final class Pages {

    static final Parameter<Integer> PAGE_NUMBER =
            Parameter.integer("PageNumber", 1, Integer.MAX_VALUE).or(1);
    static final Parameter<Integer> PAGE_SIZE =
            Parameter.integer("PageSize", 1, 100).or(10);

    private Pages() {}

    /** How many objects stand on the pages before. */
    static long before(int number, int size) {
        return (number - 1L) * size;
    }
}
