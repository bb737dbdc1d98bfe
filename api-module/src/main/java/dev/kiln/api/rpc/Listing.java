package dev.kiln.api.rpc;

import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Shape;
import java.util.List;

/**
 * A page of a listing with paging tokens.
 *
 * @param total number of objects on all pages
 * @param next token of the next page, empty on the last
 */
public record Listing<T>(int total, int size, String next, List<T> items) {

    /** {@code {"TotalCount":…,"MaxResults":…,"NextToken":…,"ImagePipeline":{"ImagePipelineSet":[{…}]}}}. */
    public static <T> Shape<Listing<T>> shape(String wrapper, String set, Shape<T> item) {
        return Shape.of(
                Field.integer("TotalCount", Listing::total),
                Field.integer("MaxResults", Listing::size),
                Field.text("NextToken", Listing::next),
                Field.objects(wrapper, set, Listing::items, item));
    }
}
