package dev.kiln.bench.micro;

import dev.kiln.bench.Scenario;
import dev.kiln.bench.Surroundings;
import dev.kiln.bench.result.Measure;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@link Requests} with JMH, in separate processes. */
public final class Micro implements Scenario {

    @Override
    public String name() {
        return "micro";
    }

    @Override
    public void measure(Surroundings surroundings) throws RunnerException {
        var second = surroundings.size().quick() ? TimeValue.milliseconds(200) : TimeValue.seconds(2);
        var options = new OptionsBuilder()
                .include(Requests.class.getName())
                .forks(surroundings.size().of(1, 3))
                .warmupIterations(surroundings.size().of(1, 3))
                .warmupTime(second)
                .measurementIterations(surroundings.size().rounds())
                .measurementTime(second)
                .output(surroundings.directory().resolve("jmh.log").toString())
                .build();
        for (var result : new Runner(options).run()) {
            var label = result.getPrimaryResult().getLabel();
            var measure = Measure.of(label, "µs");
            for (var fork : result.getBenchmarkResults()) {
                for (var iteration : fork.getIterationResults()) {
                    surroundings
                            .results()
                            .add(measure, iteration.getPrimaryResult().getScore());
                }
            }
        }
    }
}
