package dev.kiln.bench.orchestration;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import dev.kiln.bench.system.KilnSystem;
import dev.kiln.standalone.BusyboxImage;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The time of one execution from step to step while nothing else happens, by its events in the database and by what its
 * command prints.
 */
public final class Latency implements Scenario {

    private static final Measure TO_BUILD_50 =
            Measure.of("start accepted to BUILDING, p50", "ms").wanted("under 15");
    private static final Measure TO_BUILD_99 =
            Measure.of("start accepted to BUILDING, p99", "ms").wanted("under 60");
    private static final Measure TO_STEP_50 = Measure.of("start accepted until the first command runs, p50", "ms");
    private static final Measure TO_STEP_99 = Measure.of("start accepted until the first command runs, p99", "ms");
    private static final Measure TO_KEPT_50 = Measure.of("start accepted until its step is kept, p50", "ms");
    private static final Measure TO_KEPT_99 = Measure.of("start accepted until its step is kept, p99", "ms");
    private static final Measure TO_RUN_END_50 = Measure.of("start accepted to SUCCESS, one command, p50", "ms");
    private static final Measure TO_RUN_END_99 = Measure.of("start accepted to SUCCESS, one command, p99", "ms");
    private static final Measure TO_END_50 = Measure.of("start accepted to SUCCESS, empty build, p50", "ms");
    private static final Measure TO_END_99 = Measure.of("start accepted to SUCCESS, empty build, p99", "ms");

    // Longer than everything that a worker does after an execution.
    private static final long PAUSE_MILLIS = 100;

    private static final long SECONDS_TO_END = 60;

    private static final String TO_STATUS = """
            select cast(extract(epoch from there.at - start.at) * 1000000 as bigint)
            from execution_event start join execution_event there using (execution_id)
            where start.id > :after and start.sequence = 1 and there.to_status = '%s'
            """;

    /** A command that prints the time, in seconds since 1970. */
    private static final String TELL_TIME = "RUN echo | ts %.s";

    /** By what the command itself has printed: includes opening the base, and making the sandbox. */
    private static final String TO_STEP = """
            select cast((cast(substring(convert_from(log.content, 'UTF8') from '(?n)^([0-9]{10}[.][0-9]+)') as numeric)
                - extract(epoch from start.at)) * 1000000 as bigint)
            from execution_event start join build_log_chunk log using (execution_id)
            where start.id > :after and start.sequence = 1
              and convert_from(log.content, 'UTF8') ~ '(?n)^[0-9]{10}[.][0-9]'
            """;

    /** Until the step's layer is packed, and stored in the region. */
    private static final String TO_STEP_KEPT = """
            select cast(extract(epoch from step.at - start.at) * 1000000 as bigint)
            from execution_event start join build_step step using (execution_id)
            where start.id > :after and start.sequence = 1 and step.number = 1
            """;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        var database = surroundings.database().create("latency");
        var directory = surroundings.directory().resolve(database.name());
        try (var system = new KilnSystem(directory, surroundings.programs(), database, 2).start(1)) {
            var smallest = directory.resolve("smallest.tar");
            SourceImage.writeSmallest(smallest);
            var busybox = directory.resolve("busybox.tar");
            BusyboxImage.write(busybox);
            var template = template(system, smallest, Templates.NOTHING);
            var running = template(system, busybox, TELL_TIME);
            // Warm-up: compiles hot code in all processes, since they run for weeks in practice.
            executions(system, template, surroundings.size().of(5, 1000), 0);
            executions(system, running, surroundings.size().of(5, 100), 0);
            for (var round = 1; round <= surroundings.size().rounds(); round++) {
                surroundings.screen().say("round " + round + ": executions one after the other");
                var last = lastEvent(database);
                executions(system, template, surroundings.size().of(20, 300), PAUSE_MILLIS);
                tell(surroundings, TO_BUILD_50, TO_BUILD_99, micros(database, TO_STATUS.formatted("BUILDING"), last));
                tell(surroundings, TO_END_50, TO_END_99, micros(database, TO_STATUS.formatted("SUCCESS"), last));
                last = lastEvent(database);
                executions(system, running, surroundings.size().of(20, 300), PAUSE_MILLIS);
                tell(surroundings, TO_STEP_50, TO_STEP_99, micros(database, TO_STEP, last));
                tell(surroundings, TO_KEPT_50, TO_KEPT_99, micros(database, TO_STEP_KEPT, last));
                tell(
                        surroundings,
                        TO_RUN_END_50,
                        TO_RUN_END_99,
                        micros(database, TO_STATUS.formatted("SUCCESS"), last));
            }
        } finally {
            surroundings.database().drop(database);
        }
    }

    private static String template(KilnSystem system, Path archive, String content) throws Exception {
        return Templates.make(system.client(), SourceImage.register(system, archive), content, 1)
                .get(0);
    }

    private static void executions(KilnSystem system, String template, int count, long pauseMillis) throws Exception {
        var client = system.client();
        var ended = new LinkedBlockingQueue<String>();
        try (var ends = new EndedExecutions(system.database(), EndedExecutions.SOON, ended::add)) {
            for (var number = 0; number < count; number++) {
                ends.await(Templates.start(client, template));
                if (ended.poll(SECONDS_TO_END, TimeUnit.SECONDS) == null) {
                    throw new IllegalStateException(
                            "an execution did not succeed, see the logs in " + system.directory());
                }
                TimeUnit.MILLISECONDS.sleep(pauseMillis);
            }
        }
    }

    private static long lastEvent(Database database) {
        return DatabaseServer.jdbc(database)
                .sql("select coalesce(max(id), 0) from execution_event")
                .query(Long.class)
                .single();
    }

    private static void tell(Surroundings surroundings, Measure half, Measure most, Histogram micros) {
        surroundings.results().add(half, micros.getValueAtPercentile(50) / 1000.0);
        surroundings.results().add(most, micros.getValueAtPercentile(99) / 1000.0);
    }

    private static Histogram micros(Database database, String sql, long after) {
        var histogram = new Histogram(3);
        DatabaseServer.jdbc(database)
                .sql(sql)
                .param("after", after)
                .query(Long.class)
                .list()
                .forEach(histogram::recordValue);
        if (histogram.getTotalCount() == 0) {
            throw new IllegalStateException("no execution after event " + after + " was timed");
        }
        return histogram;
    }
}
