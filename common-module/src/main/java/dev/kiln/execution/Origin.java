package dev.kiln.execution;

import org.jspecify.annotations.Nullable;

/** What started an execution. */
public enum Origin {
    /** A request. */
    REQUEST,
    /** The schedule of its template. */
    SCHEDULE,
    /** A new image that its template builds on from now on. */
    BASE_CHANGE;

    /** The origin in the column; null means a request. */
    public static Origin of(@Nullable String column) {
        return column == null ? REQUEST : valueOf(column);
    }
}
