package dev.kiln.worker.run;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.Executions;
import dev.kiln.worker.metric.WorkerMeters;
import java.util.Objects;
import org.springframework.transaction.support.TransactionTemplate;

/** Changes of status, each with what its stage writes last: one transaction, so that a crash finds both or neither. */
final class Moves {

    private final Executions executions;
    private final TransactionTemplate transaction;
    private final WorkerMeters meters;

    Moves(Executions executions, TransactionTemplate transaction, WorkerMeters meters) {
        this.executions = executions;
        this.transaction = transaction;
        this.meters = meters;
    }

    /** What the row says now. */
    Attempt reread(Attempt attempt) {
        return executions.reread(attempt);
    }

    /**
     * What the row says now: the wanted status, or another one when a cancel came first; then nothing was written.
     *
     * @throws dev.kiln.execution.SupersededException when another attempt has the execution
     */
    Attempt make(Attempt attempt, Advance advance) {
        var now = write(attempt, advance);
        meters.moved(now);
        return now;
    }

    private Attempt write(Attempt attempt, Advance advance) {
        if (advance.writes().isEmpty()) {
            return executions.advance(attempt, advance);
        }
        var moved = transaction.execute(status -> {
            // First the change, which takes the row for itself. The writes only share it, and two that share a row and
            // then both want to change it would wait for each other.
            var now = executions.advance(attempt, advance);
            if (now.status() == advance.to()) {
                advance.writes().forEach(write -> write.accept(now));
            }
            return now;
        });
        return Objects.requireNonNull(moved);
    }
}
