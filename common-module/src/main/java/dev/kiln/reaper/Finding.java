package dev.kiln.reaper;

/**
 * A result of a search for leftovers.
 *
 * @param place a region, or the id of an engine's directory
 * @param kind what it is
 * @param execution the execution that it belongs to, or empty
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
        /** An intent whose effect remains, but not in this place. */
        INTENT,
        /** A region that cannot be searched. */
        REGION
    }

    /** What the search did with it. */
    public enum Verdict {
        /** It was left behind and is gone now. */
        REMOVED,
        /** It was left behind and is still there. */
        LEFT,
        /** Nothing says whose it is: it stays until it is so old that nobody can be working on it. */
        UNKNOWN,
        /** A row says that it exists, and it does not: nothing is removed, a person has to decide. */
        LOST
    }
}
