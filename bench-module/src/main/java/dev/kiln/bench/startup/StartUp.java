package dev.kiln.bench.startup;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.result.Measure;
import dev.kiln.bench.system.JavaProgram;
import dev.kiln.bench.system.KilnSystem;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The time from the start of a process until it is ready, and its memory then; without and with the JDK's cache. */
public final class StartUp implements Scenario {

    // The first JDK with a cache that one training run makes.
    private static final int JDK_WITH_CACHE = 25;

    @Override
    public String name() {
        return "startup";
    }

    /** A kind of process. */
    private enum Kind {
        API,
        WORKER;

        @Override
        public String toString() {
            return this == API ? "API" : "worker";
        }

        JavaProgram start(KilnSystem system, List<String> options) throws IOException, InterruptedException {
            return this == API ? system.startApi(options) : system.startWorker(options);
        }
    }

    @Override
    public void measure(Surroundings surroundings) throws Exception {
        var database = surroundings.database().create("startup");
        var directory = surroundings.directory().resolve(database.name());
        try (var system = new KilnSystem(directory, surroundings.programs(), database, 2)) {
            system.startBroker();
            train(surroundings, system);
            for (var round = 1; round <= surroundings.size().rounds(); round++) {
                surroundings.screen().say("round " + round + ": starts of the processes");
                for (var kind : Kind.values()) {
                    trial(surroundings, system, kind, false);
                    if (hasCache()) {
                        trial(surroundings, system, kind, true);
                    }
                }
            }
        } finally {
            surroundings.database().drop(database);
        }
    }

    private static boolean hasCache() {
        return Runtime.version().feature() >= JDK_WITH_CACHE;
    }

    /**
     * Makes the caches of both kinds when the processes end; migrates the database first, which a usual start does not
     * do.
     */
    private static void train(Surroundings surroundings, KilnSystem system) throws IOException, InterruptedException {
        surroundings.screen().say("training runs");
        system.stop(Kind.API.start(system, List.of()));
        for (var kind : Kind.values()) {
            var options = hasCache() ? List.of("-XX:AOTCacheOutput=" + cache(system, kind)) : List.<String>of();
            system.stop(kind.start(system, options));
            if (!hasCache()) {
                var reason = "needs JDK " + JDK_WITH_CACHE + " or newer";
                surroundings.results().missing(time(kind, true), reason);
                surroundings.results().missing(memory(kind, true), reason);
            }
        }
    }

    private static String cache(KilnSystem system, Kind kind) {
        return system.directory().resolve(kind + ".aot").toString();
    }

    private static void trial(Surroundings surroundings, KilnSystem system, Kind kind, boolean cached)
            throws IOException, InterruptedException {
        var options = cached ? List.of("-XX:AOTCache=" + cache(system, kind)) : List.<String>of();
        var begun = System.nanoTime();
        var program = kind.start(system, options);
        surroundings.results().add(time(kind, cached), (System.nanoTime() - begun) / 1e9);
        TimeUnit.SECONDS.sleep(surroundings.size().of(2, 30));
        surroundings.results().add(memory(kind, cached), program.residentMebibytes());
        system.stop(program);
    }

    private static Measure time(Kind kind, boolean cached) {
        var plain = Measure.of(kind + " ready", "s");
        return cached
                ? Measure.of(kind + " ready, with the cache", "s")
                        .against(plain)
                        .wanted("under 3")
                : plain;
    }

    private static Measure memory(Kind kind, boolean cached) {
        var plain = Measure.of(kind + " at rest", "MiB");
        return cached
                ? Measure.of(kind + " at rest, with the cache", "MiB")
                        .against(plain)
                        .wanted("under 250")
                : plain;
    }
}
