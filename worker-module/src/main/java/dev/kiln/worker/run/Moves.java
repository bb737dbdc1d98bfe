package dev.kiln.worker.run;

import dev.kiln.execution.Advance;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.Executions;
import dev.kiln.worker.metric.WorkerMeters;
import dev.kiln.worker.stage.Stages;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Changes of status, each in one transaction with its stage's last writes, so that a crash finds both or neither. A
 * stage that has nothing to do begins and ends in the statement that ends the stage before it.
 */
final class Moves {

    private final Executions executions;
    private final TransactionTemplate transaction;
    private final Stages stages;
    private final WorkerMeters meters;

    Moves(Executions executions, TransactionTemplate transaction, Stages stages, WorkerMeters meters) {
        this.executions = executions;
        this.transaction = transaction;
        this.stages = stages;
        this.meters = meters;
    }

    /** The attempt as its row is now. */
    Attempt reread(Attempt attempt) {
        return executions.reread(attempt);
    }

    /**
     * The attempt with the wanted status; or with another one when a cancel came first, and then nothing was written.
     *
     * @throws dev.kiln.execution.SupersededException when another attempt has the execution
     */
    Attempt apply(Attempt attempt, Advance advance) {
        var now = write(attempt, advance);
        meters.moved(now);
        return now;
    }

    private Attempt write(Attempt attempt, Advance advance) {
        var path = path(attempt, advance);
        var writes = Stream.of(path).flatMap(step -> step.writes().stream()).toList();
        if (writes.isEmpty()) {
            return executions.advance(attempt, path);
        }
        var moved = transaction.execute(status -> {
            // The change goes first, because it locks the row exclusively. The writes only share the row: two
            // transactions that share it and then both want to change it would deadlock.
            var now = executions.advance(attempt, path);
            if (now.status() == path[path.length - 1].to()) {
                writes.forEach(write -> write.accept(now));
            }
            return now;
        });
        return Objects.requireNonNull(moved);
    }

    /** The change, and those that follow it up to the first stage that has something to do. */
    private Advance[] path(Attempt attempt, Advance advance) {
        var path = new ArrayList<Advance>();
        for (var step = Optional.of(advance); step.isPresent(); step = next(attempt, step.get())) {
            path.add(step.get());
        }
        return path.toArray(Advance[]::new);
    }

    private Optional<Advance> next(Attempt attempt, Advance before) {
        return before.to().isFinal()
                ? Optional.empty()
                : stages.get(before.to()).atOnce(attempt);
    }
}
