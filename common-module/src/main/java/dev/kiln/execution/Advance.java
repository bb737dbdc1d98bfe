package dev.kiln.execution;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a stage wants the execution to become.
 *
 * @param outcome how RELEASING will end; present exactly when it is next
 * @param failure {@link Failure#NONE} when nothing went wrong
 * @param message what happened, for people; empty keeps what was said last
 * @param writes what is written in the transaction of the change of status, after it and with what it made of the
 *     attempt: both are there, or neither
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
        message = message.replace("\0", "");
    }

    /** Goes on without trouble. */
    public static Advance to(ExecutionStatus to, String message) {
        return new Advance(to, Optional.empty(), Failure.NONE, message, List.of());
    }

    /** Goes to RELEASING, where the outcome becomes the final status. */
    public static Advance releasing(Outcome outcome, Failure failure, String message) {
        return new Advance(ExecutionStatus.RELEASING, Optional.of(outcome), failure, message, List.of());
    }

    /**
     * Whether another change can be written together with this one, behind it: the row keeps what the last one says.
     */
    boolean isFollowed() {
        return outcome.isEmpty() && failure.equals(Failure.NONE) && !message.isEmpty();
    }

    /** The same with one more write, the last of all. */
    public Advance with(Consumer<Attempt> write) {
        var all = new ArrayList<>(writes);
        all.add(write);
        return new Advance(to, outcome, failure, message, List.copyOf(all));
    }
}
