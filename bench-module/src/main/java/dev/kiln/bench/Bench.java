package dev.kiln.bench;

import dev.kiln.bench.build.Builds;
import dev.kiln.bench.build.Disks;
import dev.kiln.bench.growth.GrowingHistory;
import dev.kiln.bench.growth.History;
import dev.kiln.bench.growth.WaitingBuilds;
import dev.kiln.bench.micro.Micro;
import dev.kiln.bench.orchestration.Latency;
import dev.kiln.bench.orchestration.Starts;
import dev.kiln.bench.orchestration.Throughput;
import dev.kiln.bench.result.Page;
import dev.kiln.bench.result.Results;
import dev.kiln.bench.result.Tables;
import dev.kiln.bench.startup.StartUp;
import dev.kiln.bench.system.Programs;
import dev.kiln.cli.Arguments;
import dev.kiln.cli.UsageException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code ./kiln bench}: measures Kiln and its alternatives in one run on one machine. */
public final class Bench {

    private static final List<Scenario> SCENARIOS = List.of(
            new Throughput(),
            new Latency(),
            new Starts(),
            new Builds(),
            new Disks(),
            new History(),
            new GrowingHistory(),
            new WaitingBuilds(),
            new StartUp(),
            new Micro());

    private static final String HELP = """
            bench [--only NAME] [--quick] [--large] [--rounds N] [--report FILE]

            Measures Kiln and what people would use instead, in turns, and prints a row for each thing measured. Nothing
            else should run on the machine: all numbers of a run are meant to be compared with each other alone.

            --only NAME      one scenario: %s
            --quick          small numbers, which say only that the bench works
            --large          also what takes very long: a history of 1,000,000 executions
            --rounds N       how often each is measured, in turns; 5, with --quick 1
            --report FILE    where the page goes, default docs/benchmarks.md; a run with --quick or --only writes
                             none unless this is given
            """;

    private Bench() {}

    public static void main(String[] words) {
        System.setProperty("logback.configurationFile", "logback-bench.xml");
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        try {
            var arguments = Arguments.parse(
                    List.of(words), Set.of("only", "report", "rounds", "home"), Set.of("help", "quick", "large"));
            if (arguments.has("help")) {
                out.print(HELP.formatted(names()));
                return;
            }
            if (!arguments.words().isEmpty()) {
                throw new UsageException(arguments.words().get(0) + " is not known here");
            }
            run(arguments, new Screen(out));
            // Peers leave non-daemon threads behind.
            System.exit(0);
        } catch (UsageException e) {
            System.err.println("kiln: " + e.getMessage() + " (./kiln bench --help)");
            System.exit(2);
        } catch (Exception e) {
            System.err.println("kiln: " + e);
            System.exit(1);
        }
    }

    private static void run(Arguments arguments, Screen screen) throws Exception {
        var only = arguments.option("only");
        var chosen = SCENARIOS.stream()
                .filter(scenario -> only.isEmpty() || only.get().equals(scenario.name()))
                .toList();
        if (chosen.isEmpty()) {
            throw new UsageException("--only " + only.orElseThrow() + " is not one of " + names());
        }
        var size = new Surroundings.Size(arguments.has("quick"), arguments.has("large"), rounds(arguments));
        var programs = new Programs(Path.of(arguments.required("home")));
        var partial = size.quick() || only.isPresent();
        var file = arguments.option("report").map(Path::of);
        if (file.isEmpty() && !partial) {
            file = Optional.of(programs.home().resolve(Path.of("docs", "benchmarks.md")));
        }
        var page = file.map(Page::new);
        if (page.isPresent()) {
            page.get().check();
        }
        var run = new BenchRun(programs, screen, new Results(), size);
        var description = run.measure(chosen);
        screen.print(description + "\n" + new Tables(run.results()).all());
        if (page.isPresent()) {
            page.get().write(text(description, run.results(), size));
            screen.say("written to " + file.get());
        }
    }

    private static int rounds(Arguments arguments) throws UsageException {
        var wanted = arguments.option("rounds").orElse(arguments.has("quick") ? "1" : "5");
        if (!wanted.matches("[1-9][0-9]?")) {
            throw new UsageException("--rounds is \"" + wanted + "\", but it is a number from 1 to 99");
        }
        return Integer.parseInt(wanted);
    }

    private static String text(String description, Results results, Surroundings.Size size) {
        var warning = size.quick() ? "**A quick run: these numbers say only that the bench works.**\n\n" : "";
        return warning + description + "\nValues are medians of the numbers in the last column, which were taken in "
                + "turns; ratios are between values of this run.\n\n" + new Tables(results).all();
    }

    private static String names() {
        return SCENARIOS.stream().map(Scenario::name).collect(Collectors.joining(", "));
    }
}
