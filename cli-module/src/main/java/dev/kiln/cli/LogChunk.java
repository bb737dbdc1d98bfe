package dev.kiln.cli;

/** A piece of a log as it is: characters may be cut at its ends. */
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

    /** The offset from which to ask for what follows. */
    long nextOffset() {
        return nextOffset;
    }

    /** Whether nothing will follow. */
    boolean complete() {
        return complete;
    }
}
