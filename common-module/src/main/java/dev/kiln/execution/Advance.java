package dev.kiln.execution;

import java.util.Optional;

/**
 * What a stage wants the execution to become.
 *
 * @param outcome how RELEASING will end; present exactly when it is next
 * @param failure {@link Failure#NONE} when nothing went wrong
 * @param message what happened, for people; empty keeps what was said last
 */
public record Advance(ExecutionStatus to, Optional<Outcome> outcome, Failure failure, String message) {

    public Advance {
        if (outcome.isPresent() != (to == ExecutionStatus.RELEASING)) {
            throw new IllegalArgumentException("an outcome belongs to RELEASING, not to " + to);
        }
    }

    /** Goes on without trouble. */
    public static Advance to(ExecutionStatus to, String message) {
        return new Advance(to, Optional.empty(), Failure.NONE, message);
    }

    /** Goes to RELEASING, where the outcome becomes the final status. */
    public static Advance releasing(Outcome outcome, Failure failure, String message) {
        return new Advance(ExecutionStatus.RELEASING, Optional.of(outcome), failure, message);
    }
}
