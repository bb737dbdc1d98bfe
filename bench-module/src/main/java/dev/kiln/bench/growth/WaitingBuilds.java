package dev.kiln.bench.growth;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.orchestration.EndedExecutions;
import dev.kiln.bench.orchestration.SourceImage;
import dev.kiln.bench.orchestration.Templates;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.system.KilnSystem;
import dev.kiln.standalone.BusyboxImage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Executions per second of builds that wait, with more and more worker processes of the same number of slots. */
public final class WaitingBuilds implements Scenario {

    private static final List<Integer> WORKERS = List.of(1, 2, 4, 8);
    private static final int SLOTS = 4;
    // Like a build that downloads. Beginning and packing a build still take more than half a second of a processor, and
    // all slots begin at once: the wait is long enough for a small machine to keep up with the builds of all workers.
    private static final int WAIT_SECONDS = 60;
    private static final String SHORT = "RUN true\n".repeat(10);
    private static final String WAITING = "RUN sleep " + WAIT_SECONDS;

    private static final long MINUTES_TO_END = 20;

    @Override
    public String name() {
        return "workers";
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        for (var round = 1; round <= surroundings.size().rounds(); round++) {
            for (var workers : WORKERS) {
                surroundings.screen().say("round " + round + ": " + workers + " worker processes");
                surroundings.results().add(measure(workers), rate(surroundings, workers));
            }
        }
    }

    private static Measure measure(int workers) {
        var measure = new Measure(name(workers), "1/s", workers == 1 ? "" : name(1), "");
        return workers == 4 ? measure.wanted("3.8 times") : measure;
    }

    private static String name(int workers) {
        return "builds that wait " + WAIT_SECONDS + " s, completed by " + workers + " × " + SLOTS + " slots";
    }

    private static double rate(Surroundings surroundings, int workers) throws Exception {
        var database = surroundings.database().create("workers");
        var directory = surroundings.directory().resolve(database.name());
        // The same number of full rounds for each, so that none has idle slots at its end.
        var count = workers * SLOTS * surroundings.size().of(1, 2);
        try (var system = new KilnSystem(directory, surroundings.programs(), database, SLOTS).start(workers)) {
            var archive = directory.resolve("busybox.tar");
            BusyboxImage.write(archive);
            var base = SourceImage.register(system, archive);
            // Warm-up: unpacks the base image and compiles hot code in every worker, since workers run for weeks in
            // practice.
            run(
                    system,
                    Templates.make(
                            system.client(),
                            base,
                            SHORT,
                            workers * SLOTS * surroundings.size().of(1, 4)));
            var templates = Templates.make(system.client(), base, WAITING, count);
            var begun = System.nanoTime();
            run(system, templates);
            return count * 1e9 / (System.nanoTime() - begun);
        } finally {
            surroundings.database().drop(database);
        }
    }

    private static void run(KilnSystem system, List<String> templates) throws Exception {
        var left = new CountDownLatch(templates.size());
        try (var ends = new EndedExecutions(system.database(), EndedExecutions.SELDOM, execution -> left.countDown())) {
            for (var template : templates) {
                ends.await(Templates.start(system.client(), template));
            }
            if (!left.await(MINUTES_TO_END, TimeUnit.MINUTES)) {
                throw new IOException(left.getCount() + " executions did not end, see " + system.directory());
            }
        }
    }
}
