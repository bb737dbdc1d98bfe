package dev.kiln.faults.proof;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.inject.MessageFaults;
import dev.kiln.faults.load.Ledger;
import dev.kiln.faults.load.Operations;
import dev.kiln.faults.load.Recipe;
import dev.kiln.faults.verdict.Records;
import dev.kiln.faults.wire.Guard;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Shows that a guard is needed: provokes what it prevents with the guard in place, which must have no effect, and then
 * in the same way without it, until what it prevents has happened.
 */
public final class GuardProof {

    private static final int ROUNDS_WITH_IT = 3;
    private static final int MOST_TRIES = 4 * ROUNDS_WITH_IT;

    private final Cluster cluster;
    private final Ledger ledger;
    private final Guard guard;
    private final Consumer<String> screen;

    /** @param screen receives progress messages */
    public GuardProof(Cluster cluster, Ledger ledger, Guard guard, Consumer<String> screen) {
        this.cluster = cluster;
        this.ledger = ledger;
        this.guard = guard;
        this.screen = screen;
    }

    /** Whether the guard is both needed and sufficient; it is taken away for at most this many minutes. */
    public boolean run(String base, String guest, int minutes) throws IOException, InterruptedException {
        var trial = trial(base, guest);
        if (!holdsWithIt(trial)) {
            return false;
        }
        cluster.takeAway(guard);
        screen.accept("The " + guard + " is taken away");
        var end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
        for (var number = 1000; System.nanoTime() < end; number++) {
            var found = round(trial, number);
            if (found.isPresent() && found.get().isPresent()) {
                screen.accept(
                        "The " + guard + " is needed. Without it " + found.get().get() + ".");
                return true;
            }
        }
        screen.accept("Nothing happened without the " + guard + ": this run does not show that it is needed.");
        return false;
    }

    private boolean holdsWithIt(Trial trial) throws IOException, InterruptedException {
        var done = 0;
        for (var number = 0; done < ROUNDS_WITH_IT; number++) {
            if (number == MOST_TRIES) {
                screen.accept("What the " + guard + " prevents could not be provoked.");
                return false;
            }
            var found = round(trial, number);
            if (found.isPresent() && found.get().isPresent()) {
                screen.accept("VIOLATION: although the " + guard + " is there, "
                        + found.get().get() + ".");
                return false;
            }
            done += found.isPresent() ? 1 : 0;
        }
        screen.accept("With the " + guard + " nothing happened in " + done + " rounds of the same faults");
        return true;
    }

    /** The finding of a round; the outer one is empty when the round did not meet its conditions. */
    private Optional<Optional<String>> round(Trial trial, int number) throws IOException, InterruptedException {
        try {
            return Optional.of(trial.round(number));
        } catch (NotProvokedException e) {
            screen.accept("  a round does not count: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Trial trial(String base, String guest) throws IOException, InterruptedException {
        var apis = cluster.clients();
        var operations = new Operations(apis, 0, ledger);
        var records = new Records(cluster.database().jdbc());
        return switch (guard) {
            case FENCE ->
                new FenceTrial(cluster, operations, records, operations.template(Recipe.whole("fence"), base, guest));
            case LOCK ->
                new LockTrial(
                        cluster,
                        operations,
                        records,
                        new MessageFaults(cluster, ledger),
                        operations.template(Recipe.slow("lock"), base, guest));
            case INDEX ->
                new IndexTrial(
                        List.of(operations, new Operations(apis, 1, ledger)),
                        records,
                        operations.template(Recipe.slow("index"), base, guest));
            case NONE -> throw new IllegalArgumentException("there is no guard to take away");
        };
    }
}
