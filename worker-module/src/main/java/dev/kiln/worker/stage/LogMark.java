package dev.kiln.worker.stage;

import dev.kiln.execution.ExecutionStatus;

/**
 * A line of a log that Kiln itself wrote, and what it means.
 *
 * @param first offset of its first byte in the whole log
 * @param end offset behind its last byte
 */
record LogMark(long first, long end, ExecutionStatus stage, Line line) {

    /**
     * The part of a mark that is known before its offsets are.
     *
     * @param step number of the command, from 1; 0 for a note
     * @param millis how long a finished step took
     */
    record Line(Kind kind, int step, int steps, long millis, String text) {

        private static final int MOST_CHARACTERS = 200;

        Line {
            // The only character that PostgreSQL's text does not take.
            text = text.replace("\0", "");
            text = text.codePointCount(0, text.length()) <= MOST_CHARACTERS
                    ? text
                    : text.substring(0, text.offsetByCodePoints(0, MOST_CHARACTERS - 1)) + "…";
        }

        static Line note() {
            return new Line(Kind.NOTE, 0, 0, 0, "");
        }
    }

    /** The names are those in the database. */
    enum Kind {
        NOTE,
        STARTED,
        FINISHED
    }
}
