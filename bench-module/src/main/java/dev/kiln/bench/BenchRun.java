package dev.kiln.bench;

import dev.kiln.bench.result.Measure;
import dev.kiln.bench.result.Results;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.Programs;
import java.nio.file.Files;
import java.util.List;
import org.springframework.util.FileSystemUtils;

/** One invocation: a database server, and the scenarios one after the other. */
record BenchRun(Programs programs, Screen screen, Results results, Surroundings.Size size) {

    /** Measures, and returns a description of the machine. Keeps scratch space only when a measurement failed. */
    String measure(List<Scenario> scenarios) throws Exception {
        var directory = Files.createTempDirectory("kiln-bench-");
        var good = true;
        String description;
        try (var database = DatabaseServer.start(directory.resolve("postgres"), directory.resolve("postgres.log"))) {
            var surroundings = new Surroundings(directory, programs, database, results, screen, size);
            for (var scenario : scenarios) {
                good &= measure(scenario, surroundings);
            }
            description = Machine.description(surroundings);
        }
        if (good) {
            FileSystemUtils.deleteRecursively(directory);
        } else {
            screen.say("logs are kept in " + directory);
        }
        return description;
    }

    private boolean measure(Scenario scenario, Surroundings surroundings) throws InterruptedException {
        screen.say(scenario.name());
        results.begin(scenario.name());
        try {
            scenario.measure(surroundings);
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // A failed scenario must not cost the numbers of the others, which may have taken hours.
            screen.say(scenario.name() + " could not be measured: " + e);
            results.missing(Measure.of(scenario.name(), ""), String.valueOf(e.getMessage()));
            return false;
        }
    }
}
