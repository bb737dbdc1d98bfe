package dev.kiln.api.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a template's last automatic start.
 *
 * @param message the outcome in words
 * @param executionId the last execution started, not necessarily by this run
 */
public record LastRun(
        Instant at,
        Outcome outcome,
        String message,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String executionId) {

    /** The possible outcomes. */
    public enum Outcome {
        /** An execution was started. */
        STARTED,
        /** An execution was running, so the run was skipped. */
        SKIPPED,
        /** An execution is running, and the run waits for its end. */
        WAITS,
        /** The template could not start. */
        REFUSED,
        /** The last execution was already built on that base image. */
        UNNEEDED,
        /** The base image resulted from the template's own images. */
        IGNORED
    }

    /** A copy with this message, unless it is a refusal, which has its own. */
    LastRun withMessage(String text) {
        return outcome == Outcome.REFUSED ? this : new LastRun(at, outcome, text, executionId);
    }
}
