package dev.kiln.region;

import dev.kiln.image.Digest;
import java.util.List;

/**
 * An object's bytes in parts, by which an interrupted copy is continued.
 *
 * @param length number of bytes of each part but the last, which may be shorter
 * @param digests of the parts, in order
 */
public record Parts(int length, List<Digest> digests) {

    /** Length of parts for newly built images. Each running copy holds one part in memory. */
    public static final int USUAL_LENGTH = 8 << 20;

    public Parts {
        if (length < 1) {
            throw new IllegalArgumentException("a part has " + length + " bytes, but at least 1 is needed");
        }
        digests = List.copyOf(digests);
    }
}
