package dev.kiln.cli;

/** A piece of a log as bytes; characters may be cut at its ends. */
final class LogChunk {

    private final byte[] bytes;
    private final long nextOffset;
    private final boolean complete;

    LogChunk(byte[] bytes, long nextOffset, boolean complete) {
        this.bytes = bytes;
        this.nextOffset = nextOffset;
        this.complete = complete;
    }

    byte[] bytes() {
        return bytes;
    }

    /** The offset of the next request. */
    long nextOffset() {
        return nextOffset;
    }

    /** Whether the log is complete: nothing follows. */
    boolean complete() {
        return complete;
    }
}
