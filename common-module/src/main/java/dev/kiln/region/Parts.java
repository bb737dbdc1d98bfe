package dev.kiln.region;

import dev.kiln.image.Digest;
import java.util.List;

/**
 * An object's bytes cut into parts: what a copy that was interrupted is continued by.
 *
 * @param length number of bytes of each part but the last, which may be shorter
 * @param digests of the parts, in order
 */
public record Parts(int length, List<Digest> digests) {

    /** Of images that are built from now on. Each copy under way holds one part in memory. */
    public static final int USUAL_LENGTH = 8 << 20;

    public Parts {
        if (length < 1) {
            throw new IllegalArgumentException("a part has " + length + " bytes, but at least 1 is needed");
        }
        digests = List.copyOf(digests);
    }
}
