package dev.kiln.api.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of the last time that a template was to start by itself.
 *
 * @param message the outcome in words
 * @param executionId what was started last, not necessarily this time
 */
public record LastRun(
        Instant at,
        Outcome outcome,
        String message,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String executionId) {

    /** What may come of it. */
    public enum Outcome {
        /** An execution was started. */
        STARTED,
        /** One ran, and the run was left out. */
        SKIPPED,
        /** One runs, and the run waits for its end. */
        WAITS,
        /** The template could not start. */
        REFUSED,
        /** The last execution was built on that base image already. */
        UNNEEDED,
        /** The base image came of the template's own images. */
        IGNORED
    }

    /** The same with what is to be said of it; a refusal says itself why. */
    LastRun withMessage(String text) {
        return outcome == Outcome.REFUSED ? this : new LastRun(at, outcome, text, executionId);
    }
}
