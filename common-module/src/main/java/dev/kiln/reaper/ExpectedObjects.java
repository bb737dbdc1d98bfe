package dev.kiln.reaper;

import dev.kiln.image.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The objects that a region must have, and which of them were seen there. It keeps eight bytes of a hash for each,
 * since a region may have millions and the processes that look have little memory: two that are alike would hide that
 * one of them is missing (among ten million, one region in a hundred thousand has such a pair).
 */
final class ExpectedObjects {

    private long[] marks = new long[1024];
    private int size;
    private BitSet seen = new BitSet();

    /** To be called for all of them before the first is looked for. */
    void add(String key, String digest) {
        if (size == marks.length) {
            marks = Arrays.copyOf(marks, size * 2);
        }
        marks[size++] = mark(key, digest);
    }

    /** No more will be added. */
    void complete() {
        marks = Arrays.copyOf(marks, size);
        Arrays.sort(marks);
        seen = new BitSet(size);
    }

    /** Notes that this object is there; false when it is not one of those that must be. */
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

    /** Whether it must be there and was not seen. */
    boolean isMissing(String key, String digest) {
        int place = Arrays.binarySearch(marks, mark(key, digest));
        return place >= 0 && !seen.get(place);
    }

    private static long mark(String key, String digest) {
        var hash = Digest.computation().digest((key + "\n" + digest).getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(hash).getLong();
    }
}
