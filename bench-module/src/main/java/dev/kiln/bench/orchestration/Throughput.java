package dev.kiln.bench.orchestration;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.peer.ClosedLoop;
import dev.kiln.bench.peer.DbSchedulerPeer;
import dev.kiln.bench.peer.DbosPeer;
import dev.kiln.bench.peer.FlowablePeer;
import dev.kiln.bench.peer.JdbcFloor;
import dev.kiln.bench.peer.JobRunrPeer;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import dev.kiln.bench.system.KilnSystem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Completed executions per second of Kiln and its peers, with the cost of each execution for the database. The peers
 * run in this process, without HTTP, signatures or a broker, and their steps do nothing at all.
 */
public final class Throughput implements Scenario {

    private static final int KEYS = 200;

    // Multiples of the measured number: the compilers of five processes share the processors with what they compile,
    // and
    // take a quarter of two after three times as many.
    private static final int WARM_UPS = 6;

    private final Map<String, Entrant> entrants = new LinkedHashMap<>();
    private final List<String> failed = new ArrayList<>();

    @Override
    public String name() {
        return "orchestration";
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        enter(surroundings);
        for (var round = 1; round <= surroundings.size().rounds(); round++) {
            for (var entrant : entrants.entrySet()) {
                if (!failed.contains(entrant.getKey())) {
                    surroundings.screen().say("round " + round + ": " + entrant.getKey());
                    trial(surroundings, entrant.getKey(), entrant.getValue());
                }
            }
        }
    }

    private void enter(Surroundings surroundings) {
        entrants.put(KilnContender.NAME, database -> {
            var directory = surroundings.directory().resolve(database.name());
            var system = new KilnSystem(directory, surroundings.programs(), database, KilnContender.slots());
            return new KilnContender(system);
        });
        entrants.put(DbSchedulerPeer.NAME, DbSchedulerPeer::new);
        entrants.put(JobRunrPeer.NAME, JobRunrPeer::new);
        entrants.put(DbosPeer.NAME, DbosPeer::new);
        entrants.put(FlowablePeer.NAME, FlowablePeer::new);
        entrants.put(JdbcFloor.NAME, JdbcFloor::new);
    }

    private void trial(Surroundings surroundings, String name, Entrant entrant) throws InterruptedException {
        var database = surroundings.database().create("orchestration");
        try (var contender = entrant.on(database);
                var loop = new ClosedLoop(contender, KEYS)) {
            contender.open(KEYS, loop::ended);
            run(surroundings, database, name, loop);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            failed.add(name);
            surroundings.screen().say(name + " could not be measured: " + e);
            surroundings.results().missing(rate(name), String.valueOf(e.getMessage()));
        } finally {
            surroundings.database().drop(database);
        }
    }

    private static void run(Surroundings surroundings, Database database, String name, ClosedLoop loop)
            throws Exception {
        var count = surroundings.size().of(KEYS, 4000);
        loop.run(WARM_UPS * count); // warm-up: all of them run for weeks in practice
        surroundings.database().checkpoint();
        // Includes the commits of pollers in the meantime, which are few over so many executions.
        var pause = surroundings.size().of(1, DatabaseServer.SECONDS_TO_TELL);
        TimeUnit.SECONDS.sleep(pause);
        var before = surroundings.database().work(database);
        var rate = loop.run(count);
        var writes = surroundings.database().work(database).since(before).writes();
        TimeUnit.SECONDS.sleep(pause);
        var work = surroundings.database().work(database).since(before);
        var results = surroundings.results();
        results.add(rate(name), rate);
        results.add(writes(name), (double) writes / count);
        results.add(commits(name), (double) work.commits() / count);
        results.add(wal(name), (double) work.walBytes() / count);
    }

    private static Measure rate(String name) {
        var measure = new Measure("executions completed: " + name, "1/s", "", "");
        return isKiln(name)
                ? measure.against(rateOfFloor()).wanted("ahead of every peer, at least half of the floor")
                : measure.against(rateOfKiln());
    }

    private static Measure rateOfFloor() {
        return Measure.of("executions completed: " + JdbcFloor.NAME, "1/s");
    }

    private static Measure rateOfKiln() {
        return Measure.of("executions completed: " + KilnContender.NAME, "1/s");
    }

    private static Measure writes(String name) {
        var measure = Measure.of("commits that write per execution: " + name, "");
        return isKiln(name) ? measure.wanted("at most 6") : measure;
    }

    private static Measure commits(String name) {
        return Measure.of("commits per execution, reads included: " + name, "");
    }

    private static Measure wal(String name) {
        var measure = Measure.of("WAL per execution: " + name, "bytes");
        return isKiln(name) ? measure.wanted("least of all") : measure;
    }

    private static boolean isKiln(String name) {
        return name.equals(KilnContender.NAME);
    }
}
