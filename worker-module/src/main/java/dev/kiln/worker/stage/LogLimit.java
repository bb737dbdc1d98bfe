package dev.kiln.worker.stage;

/**
 * How much of a log is kept: its head and its tail, which moves on as the log grows.
 *
 * @param head offset where the head ends
 * @param tail how many bytes before the log's end are kept
 */
record LogLimit(long head, long tail) {

    /** Three quarters for the head: readers mostly look for where something began. */
    static LogLimit of(long bytes) {
        return new LogLimit(bytes - bytes / 4, bytes / 4);
    }
}
