package dev.kiln.bench.growth;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.orchestration.KilnContender;
import dev.kiln.bench.peer.ClosedLoop;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.system.KilnSystem;

/** Completed executions per second, as in the comparison with the peers, with an ever longer history. */
public final class GrowingHistory implements Scenario {

    private static final int KEYS = 200;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        if (!surroundings.size().large()) {
            surroundings.results().missing(measure(PastExecutions.LARGE), PastExecutions.MISSING);
        }
        for (var round = 1; round <= surroundings.size().rounds(); round++) {
            for (var size : PastExecutions.sizes(surroundings.size())) {
                surroundings.screen().say("round " + round + ": " + size + " executions in the history");
                surroundings.results().add(measure(size), rate(surroundings, size));
            }
        }
    }

    private static Measure measure(int size) {
        var measure = Measure.of(name(size), "1/s");
        return size == PastExecutions.COMPARED
                ? measure
                : measure.against(Measure.of(name(PastExecutions.COMPARED), ""));
    }

    private static String name(int size) {
        return "executions completed, %,d before them".formatted(size);
    }

    private static double rate(Surroundings surroundings, int size) throws Exception {
        var database = surroundings.database().create("growth");
        var directory = surroundings.directory().resolve(database.name());
        var system = new KilnSystem(directory, surroundings.programs(), database, KilnContender.slots());
        try (var kiln = new KilnContender(system);
                var loop = new ClosedLoop(kiln, KEYS)) {
            kiln.open(KEYS, loop::ended);
            PastExecutions.fill(database, size);
            // Warm-up. It stays in the history, which is that much longer.
            var count = surroundings.size().of(KEYS, 2000);
            loop.run(count);
            surroundings.database().checkpoint();
            return loop.run(count);
        } finally {
            surroundings.database().drop(database);
        }
    }
}
