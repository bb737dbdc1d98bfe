package dev.kiln.log;

import java.time.Instant;

/**
 * A piece of a log.
 *
 * @param first offset of its first byte in all that the build printed; behind a gap, output was left out
 * @param at when it was written
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares pieces.
public record LogPiece(long first, byte[] content, Instant at) {

    /** Offset of what follows. */
    public long end() {
        return first + content.length;
    }
}
