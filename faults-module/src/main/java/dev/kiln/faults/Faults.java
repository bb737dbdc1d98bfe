package dev.kiln.faults;

import dev.kiln.cli.Arguments;
import dev.kiln.cli.UsageException;
import dev.kiln.faults.wire.Guard;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** {@code ./kiln faults}: breaks a whole Kiln of real processes and checks whether it kept its promises. */
public final class Faults {

    private static final String HELP = """
            faults [--minutes N] [--seed S] [--boundaries] [--previous REV] [--report FILE] [--workers N] [--data DIR]
            faults --without fence|lock|index [--minutes N] [--seed S]

            Starts 2 APIs, workers, PostgreSQL and a broker, all of them real processes, starts and cancels executions,
            and breaks things in an order that the seed decides. At the end every promise is checked.

            --minutes N      how long things are broken, 0 to 600, default 10; 0 is for --boundaries alone
            --seed S         the seed, default a new one; it is printed
            --boundaries     first kills a worker at every write that an execution consists of: once just before the
                             write reaches the database, once just before the worker sees that it was made
            --previous REV   every other process is of that revision, which is fetched from git and built first
            --report FILE    writes the result as a page, for example docs/fault-report.md
            --workers N      worker processes, 3 to 8, default 4
            --data DIR       where everything is kept, default a temporary directory, removed after a good run
            --without GUARD  provokes what a guard prevents, with it and without it: succeeds when that happened
                             without it alone; here --minutes bounds the search without it
            """;

    private Faults() {}

    public static void main(String[] words) {
        System.setProperty("logback.configurationFile", "logback-faults.xml");
        // Connection failures are expected in this run.
        System.setProperty("kiln.faults.log-level", "OFF");
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        try {
            var options = Set.of("minutes", "seed", "report", "workers", "without", "previous", "data");
            var arguments = Arguments.parse(List.of(words), options, Set.of("help", "boundaries"));
            if (arguments.has("help")) {
                out.print(HELP);
                return;
            }
            if (!arguments.words().isEmpty()) {
                throw new UsageException(arguments.words().get(0) + " is not known here");
            }
            System.exit(new FaultRun(settings(arguments), out).run() ? 0 : 1);
        } catch (UsageException e) {
            System.err.println("kiln: " + e.getMessage() + " (./kiln faults --help)");
            System.exit(2);
        } catch (Exception e) {
            System.err.println("kiln: " + e);
            System.exit(1);
        }
    }

    private static FaultSettings settings(Arguments arguments) throws UsageException {
        return new FaultSettings(
                arguments.number("minutes", 10, 0, 600),
                seed(arguments),
                arguments.number("workers", 4, 3, 8),
                arguments.has("boundaries"),
                guard(arguments),
                arguments.option("report").map(Path::of),
                arguments.option("previous").map(Path::of),
                arguments.option("data").map(Path::of));
    }

    private static long seed(Arguments arguments) throws UsageException {
        var given = arguments.option("seed");
        if (given.isEmpty()) {
            return new SplittableRandom().nextInt(1_000_000_000);
        }
        try {
            return Long.parseLong(given.get());
        } catch (NumberFormatException e) {
            throw new UsageException("--seed " + given.get() + " is not a whole number");
        }
    }

    private static Guard guard(Arguments arguments) throws UsageException {
        var given = arguments.option("without");
        if (given.isEmpty()) {
            return Guard.NONE;
        }
        for (var guard : Guard.values()) {
            if (guard != Guard.NONE && guard.toString().equals(given.get())) {
                return guard;
            }
        }
        throw new UsageException("--without " + given.get() + " is not one of fence, lock, index");
    }
}
