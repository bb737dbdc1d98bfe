package dev.kiln.execution;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A change of status that a stage requests.
 *
 * @param outcome how RELEASING will end; present only when {@code to} is RELEASING
 * @param failure {@link Failure#NONE} when nothing went wrong
 * @param message what happened, for people; if empty, the previous message stays
 * @param writes further writes in the same transaction, after the change of status and with the resulting attempt: both
 *     are committed, or neither
 */
public record Advance(
        ExecutionStatus to,
        Optional<Outcome> outcome,
        Failure failure,
        String message,
        List<Consumer<Attempt>> writes) {

    public Advance {
        if (outcome.isPresent() != (to == ExecutionStatus.RELEASING)) {
            throw new IllegalArgumentException("an outcome belongs to RELEASING, not to " + to);
        }
        message = Failure.storable(message);
    }

    /** Moves on without a failure. */
    public static Advance to(ExecutionStatus to, String message) {
        return new Advance(to, Optional.empty(), Failure.NONE, message, List.of());
    }

    /** Moves to RELEASING, after which the outcome becomes the final status. */
    public static Advance releasing(Outcome outcome, Failure failure, String message) {
        return new Advance(ExecutionStatus.RELEASING, Optional.of(outcome), failure, message, List.of());
    }

    /** Whether another change can follow in the same statement: the row keeps only the last one's values. */
    boolean isFollowed() {
        return outcome.isEmpty() && failure.equals(Failure.NONE) && !message.isEmpty();
    }

    /** Adds one more write, after all others. */
    public Advance with(Consumer<Attempt> write) {
        var all = new ArrayList<>(writes);
        all.add(write);
        return new Advance(to, outcome, failure, message, List.copyOf(all));
    }
}
