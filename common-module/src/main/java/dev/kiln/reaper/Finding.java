package dev.kiln.reaper;

/**
 * Something that a search for leftovers found.
 *
 * @param place a region, or the id of an engine's directory
 * @param kind what it is
 * @param execution whose it is, or empty
 * @param seconds its age
 * @param detail why it stays, or empty
 */
public record Finding(
        String place, Kind kind, String name, String execution, long seconds, Verdict verdict, String detail) {

    /** What was found. */
    public enum Kind {
        /** Files, processes and control groups of a build. */
        SCRATCH,
        /** A base image that was being unpacked or removed. */
        BASE_IMAGE,
        /** An object of a region that no row names. */
        OBJECT,
        /** A part of an object that was being stored. */
        PARTIAL,
        /** A row that names an object which is not there. */
        ROW,
        /** An intent whose effect is left, but not here. */
        INTENT,
        /** A region that cannot be looked through. */
        REGION
    }

    /** What becomes of it. */
    public enum Verdict {
        /** It was left behind and is gone now. */
        REMOVED,
        /** It was left behind and is still there. */
        LEFT,
        /** Nothing tells whose it is: it stays until it is old enough to be nobody's. */
        UNKNOWN,
        /** The row says it is there, and it is not: nothing is removed, a person has to decide. */
        LOST
    }
}
