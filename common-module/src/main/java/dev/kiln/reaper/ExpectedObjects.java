package dev.kiln.reaper;

import dev.kiln.image.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The objects that a region must have, and which of them were seen there. It keeps an eight-byte hash of each, since a
 * region may have millions and the processes have little memory: two equal hashes would hide that one of the two is
 * missing (among ten million, one region in a hundred thousand has such a pair).
 */
final class ExpectedObjects {

    private long[] marks = new long[1024];
    private int size;
    private BitSet seen = new BitSet();

    /** Adds an object; call this for all of them before the first {@link #see}. */
    void add(String key, String digest) {
        if (size == marks.length) {
            marks = Arrays.copyOf(marks, size * 2);
        }
        marks[size++] = mark(key, digest);
    }

    /** Ends the adding of objects. */
    void complete() {
        marks = Arrays.copyOf(marks, size);
        Arrays.sort(marks);
        seen = new BitSet(size);
    }

    /** Records that the object was seen; false when it is not one of the expected ones. */
    boolean see(String key, String digest) {
        int place = Arrays.binarySearch(marks, mark(key, digest));
        if (place >= 0) {
            seen.set(place);
        }
        return place >= 0;
    }

    boolean allSeen() {
        return seen.cardinality() == size;
    }

    /** Whether it is expected and was not seen. */
    boolean isMissing(String key, String digest) {
        int place = Arrays.binarySearch(marks, mark(key, digest));
        return place >= 0 && !seen.get(place);
    }

    private static long mark(String key, String digest) {
        var hash = Digest.computation().digest((key + "\n" + digest).getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(hash).getLong();
    }
}
