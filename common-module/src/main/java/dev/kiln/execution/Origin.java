package dev.kiln.execution;

import org.jspecify.annotations.Nullable;

/** By what an execution was started. */
public enum Origin {
    /** By somebody who asked for it. */
    REQUEST,
    /** By the schedule of its template. */
    SCHEDULE,
    /** By an image that its template builds on from now on. */
    BASE_CHANGE;

    /** What the column says; nothing stands for a request. */
    public static Origin of(@Nullable String column) {
        return column == null ? REQUEST : valueOf(column);
    }
}
