package dev.kiln.api.execution;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A piece of a log, assembled from consecutive chunks until it is long enough. */
final class LogText {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int limit;
    private long next;

    LogText(long offset, int limit) {
        this.next = offset;
        this.limit = limit;
    }

    void add(long first, byte[] content) {
        if (bytes.size() >= limit) {
            return;
        }
        if (first > next) {
            bytes.writeBytes(("\n-- " + (first - next) + " bytes are left out here: the log has reached its limit\n")
                    .getBytes(StandardCharsets.UTF_8));
            next = first;
        }
        var skip = (int) (next - first);
        var length = Math.min(content.length - skip, Math.max(0, limit - bytes.size()));
        bytes.write(content, skip, length);
        next += length;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    /** The offset to go on from. */
    long next() {
        return next;
    }
}
