package dev.kiln.bench.orchestration;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.peer.Contender;
import dev.kiln.bench.peer.Pgbench;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import dev.kiln.bench.system.KeptConnection;
import dev.kiln.bench.system.KilnSystem;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many starts per second the API accepts, signed and durable, beside the inserts that the database can do at all.
 */
public final class Starts implements Scenario {

    private static final int CLIENTS = Contender.THREADS;

    // Warms up with this many times the measured starts; more of them make it no faster.
    private static final int WARM_UP = 25;

    private static final Measure INSERTS = Measure.of("pgbench, single insert, " + CLIENTS + " connections", "1/s");
    private static final Measure STARTS = Measure.of("starts accepted, " + CLIENTS + " connections", "1/s")
            .against(INSERTS)
            .wanted("at least 0.33");

    @Override
    public String name() {
        return "starts";
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        var database = surroundings.database().create("starts");
        var directory = surroundings.directory().resolve(database.name());
        // Without workers, which would take their share of the machine; waiting executions are accepted all the same.
        try (var system = new KilnSystem(directory, surroundings.programs(), database, 1).start(0)) {
            var archive = directory.resolve("smallest.tar");
            SourceImage.writeSmallest(archive);
            var base = SourceImage.register(system, archive);
            // A template has one execution at a time, so each start needs its own template.
            var count = surroundings.size().of(200, 3000);
            warm(surroundings, system, Templates.make(system.client(), base, Templates.NOTHING, count));
            for (var round = 1; round <= surroundings.size().rounds(); round++) {
                surroundings.screen().say("round " + round + ": " + count + " starts");
                var templates = Templates.make(system.client(), base, Templates.NOTHING, count);
                surroundings.database().checkpoint();
                surroundings.results().add(STARTS, starts(system, templates));
                inserts(surroundings, database);
            }
        } finally {
            surroundings.database().drop(database);
        }
    }

    /** Warm-up: compiles hot code in the API and the broker, since they run for weeks in practice. */
    private static void warm(Surroundings surroundings, KilnSystem system, List<String> templates) throws Exception {
        for (var round = 0; round < surroundings.size().of(1, WARM_UP); round++) {
            var unusedRate = starts(system, templates);
            DatabaseServer.jdbc(system.database())
                    .sql("update execution set status = 'CANCELLED', finished_at = now() where finished_at is null")
                    .update();
        }
    }

    /**
     * Measures the API: requests are signed in advance and sent by a client that costs next to nothing, as pgbench
     * does, since client and API share the machine.
     */
    private static double starts(KilnSystem system, List<String> templates) throws Exception {
        var requests = templates.stream()
                .map(template -> KeptConnection.bytes(Templates.startRequest(system.client(), template)))
                .toList();
        var next = new AtomicInteger();
        var clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            var begun = System.nanoTime();
            for (var done : clients.invokeAll(Collections.nCopies(CLIENTS, () -> send(system.url(), requests, next)))) {
                done.get();
            }
            return templates.size() * 1e9 / (System.nanoTime() - begun);
        } finally {
            clients.shutdownNow();
            clients.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private static int send(URI server, List<byte[]> requests, AtomicInteger next) throws IOException {
        try (var connection = new KeptConnection(server)) {
            var at = next.getAndIncrement();
            while (at < requests.size()) {
                connection.send(requests.get(at));
                at = next.getAndIncrement();
            }
            return at;
        }
    }

    private static void inserts(Surroundings surroundings, Database database) throws Exception {
        var pgbench = new Pgbench(surroundings.programs(), surroundings.database());
        surroundings.database().checkpoint();
        var seconds = surroundings.size().of(2, 10);
        var rate = pgbench.insertsPerSecond(database, surroundings.directory(), CLIENTS, seconds);
        if (rate.isPresent()) {
            surroundings.results().add(INSERTS, rate.get());
        } else {
            surroundings.results().missing(INSERTS, "pgbench is not installed");
        }
    }
}
