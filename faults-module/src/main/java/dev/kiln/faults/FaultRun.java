package dev.kiln.faults;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.inject.FaultKind;
import dev.kiln.faults.inject.FaultLog;
import dev.kiln.faults.inject.Injected;
import dev.kiln.faults.inject.Injector;
import dev.kiln.faults.load.Callers;
import dev.kiln.faults.load.Ledger;
import dev.kiln.faults.load.Operations;
import dev.kiln.faults.load.Recipe;
import dev.kiln.faults.proof.GuardProof;
import dev.kiln.faults.verdict.Records;
import dev.kiln.faults.verdict.Verdict;
import dev.kiln.faults.wire.Guard;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/** One run: start, build undisturbed, inject, mend, drain, judge, report. */
final class FaultRun {

    private static final int SLOTS = 2;
    private static final int SECONDS_TO_DRAIN = 300;
    // A rehearsal takes longer than all the starts of one minute save.
    private static final int MINUTES_WORTH_A_REHEARSAL = 3;
    // Withdrawn copies and scratch space of dead workers are removed in rounds of a minute.
    private static final int SECONDS_TO_CLEAR = 150;

    private final FaultSettings settings;
    private final Screen screen;
    private final SplittableRandom random;
    private final Ledger ledger = new Ledger();
    private final FaultLog log = new FaultLog();
    private final Map<String, String> undisturbed = new HashMap<>();
    private Optional<Coverage.Faults> faults = Optional.empty();

    FaultRun(FaultSettings settings, PrintStream out) {
        this.settings = settings;
        this.screen = new Screen(out);
        this.random = new SplittableRandom(settings.seed());
    }

    /** Whether the run showed what it should: no violation, or a violation when a guard was taken away. */
    boolean run() throws Exception {
        var directory = settings.data().isPresent()
                ? Files.createDirectories(settings.data().get().toAbsolutePath())
                : Files.createTempDirectory("kiln-faults-");
        screen.say("Seed " + settings.seed() + ", " + settings.minutes() + " minutes, in " + directory);
        boolean good;
        try (var cluster = new Cluster(directory, settings.previous())) {
            closeAtExit(cluster);
            screen.phase("Start");
            var isLong = settings.without() == Guard.NONE && settings.minutes() >= MINUTES_WORTH_A_REHEARSAL;
            cluster.start(settings.workers(), SLOTS, isLong);
            good = settings.without() == Guard.NONE ? run(cluster).isEmpty() : prove(cluster);
        }
        if (good && settings.data().isEmpty()) {
            FileSystemUtils.deleteRecursively(directory);
        } else {
            screen.say("Everything is kept in " + directory + ", logs in logs/");
        }
        return good;
    }

    // A Ctrl-C must not leave the directory mounted; the processes end by themselves.
    private static void closeAtExit(Cluster cluster) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                cluster.regions().close();
                            } catch (IOException e) {
                                // It was already closed.
                            }
                        },
                        "unmount"));
    }

    private boolean prove(Cluster cluster) throws IOException, InterruptedException {
        screen.phase("The faults that the " + settings.without() + " is there for");
        var operations = new Operations(cluster.clients(), 0, ledger);
        var base = operations.baseImage(cluster.directory().resolve("busybox.tar"));
        return new GuardProof(cluster, ledger, settings.without(), screen::phase)
                .run(base, operations.account(), settings.minutes());
    }

    private List<String> run(Cluster cluster) throws Exception {
        var records = new Records(cluster.database().jdbc());
        var operations = new Operations(cluster.clients(), 0, ledger);
        var base = operations.baseImage(cluster.directory().resolve("busybox.tar"));
        var guest = operations.account();
        screen.phase("Undisturbed builds");
        for (var recipe : Recipe.all()) {
            operations.template(recipe, base, guest);
        }
        var templates = ledger.recipes().keySet().stream().sorted().toList();
        buildUndisturbed(operations, records);
        var tour = new BoundaryTour(cluster, ledger, screen, new BoundaryTour.Material(base, guest), undisturbed);
        if (settings.boundaries()) {
            screen.phase("A kill at every write");
            tour.run();
        }
        if (settings.minutes() > 0) {
            screen.phase("Faults");
            faults = Optional.of(breakThings(cluster, records, templates));
        }
        screen.phase("Drain");
        cluster.awaitAll();
        drain(operations, records);
        screen.phase("Judge");
        addKills(cluster);
        var verdict = new Verdict(cluster, ledger, log, undisturbed);
        var violations = judged(verdict, tour);
        new Report(settings, cluster, ledger, log, tour, verdict.explained()).tell(screen, violations);
        return violations;
    }

    private void buildUndisturbed(Operations operations, Records records) throws InterruptedException, IOException {
        var executions = new HashMap<String, String>();
        for (var template : ledger.recipes().keySet().stream().sorted().toList()) {
            executions.put(
                    template,
                    operations.start(template, "undisturbed-" + template).orElseThrow());
        }
        records.awaitEnds(SECONDS_TO_DRAIN);
        executions.forEach((template, execution) -> {
            var recipe = ledger.recipes().get(template);
            var row = records.execution(execution).orElseThrow();
            if (recipe != null && !row.endedIn(recipe.end())) {
                throw new IllegalStateException(
                        recipe.name() + " ends in " + row.end() + " although nothing disturbed it");
            }
            undisturbed.put(template, records.digestOf(execution));
        });
    }

    /** The templates are not those of the tour, some of whose executions end only when they are cancelled. */
    private Coverage.Faults breakThings(Cluster cluster, Records records, List<String> templates)
            throws InterruptedException {
        var before = ledger.started().size();
        var killed = cluster.watch().kills().size();
        var callers = new Callers(random.split(), cluster.clients(), ledger, templates);
        var until = System.nanoTime() + TimeUnit.MINUTES.toNanos(settings.minutes());
        var watching = new Thread(() -> screen.follow(ledger, log, records, until), "status");
        watching.setDaemon(true);
        watching.start();
        new Injector(random.split(), cluster, ledger, log).run(until);
        callers.stop();
        watching.interrupt();
        watching.join();
        // Kills at a write are recorded by the forwarders; those of the tour are none of these.
        var injected = log.all().size() + cluster.watch().kills().size() - killed;
        return new Coverage.Faults(injected, ledger.started().size() - before);
    }

    private void drain(Operations operations, Records records) throws InterruptedException, IOException {
        records.awaitEnds(SECONDS_TO_DRAIN);
        for (var rounds = 0; rounds < 5 && !records.partlySuccessful().isEmpty(); rounds++) {
            for (var execution : records.partlySuccessful()) {
                operations.retry(execution);
                records.awaitEnds(SECONDS_TO_DRAIN);
            }
        }
    }

    private void addKills(Cluster cluster) {
        for (var kill : cluster.watch().kills()) {
            log.add(new Injected(
                    FaultKind.KILL_AT_WRITE, kill.worker(), kill.at(), kill.at(), List.of(kill.execution())));
        }
    }

    private Coverage coverage(BoundaryTour tour) {
        var places = Optional.of(new Coverage.Places(tour.found(), tour.hit()));
        return new Coverage(places.filter(all -> settings.boundaries()), faults);
    }

    /** Repeats the checks as long as findings may still be cleaned up, and prints what it waits for. */
    private List<String> judged(Verdict verdict, BoundaryTour tour) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_CLEAR);
        var violations = verdict.violations();
        List<String> told = List.of();
        while (!violations.isEmpty() && System.nanoTime() < end) {
            if (!violations.equals(told)) {
                screen.phase(
                        "  %d to be cleared away yet, the first: %s".formatted(violations.size(), violations.get(0)));
                told = violations;
            }
            TimeUnit.SECONDS.sleep(1);
            violations = verdict.violations();
        }
        violations.addAll(tour.missed());
        violations.addAll(coverage(tour).gaps());
        return violations;
    }
}
