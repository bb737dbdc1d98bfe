package dev.kiln.log;

import java.time.Instant;

/**
 * A piece of a log.
 *
 * @param first offset of its first byte in the build's whole output; a gap before it means that output was left out
 * @param at when it was written
 */
@SuppressWarnings("ArrayRecordComponent") // Pieces are never compared.
public record LogPiece(long first, byte[] content, Instant at) {

    /** The offset after the last byte. */
    public long end() {
        return first + content.length;
    }
}
