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
import dev.kiln.faults.verdict.Records;
import dev.kiln.faults.verdict.Verdict;
import dev.kiln.faults.wire.Guard;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/** One run: start, build undisturbed, break, mend, drain, judge, report. */
final class FaultRun {

    private static final int SLOTS = 2;
    private static final int MINUTES_TO_DRAIN = 5;
    // Withdrawn copies and scratch space of dead workers are cleared away in rounds of a minute.
    private static final int SECONDS_TO_CLEAR = 150;

    private final FaultSettings settings;
    private final Screen screen;
    private final SplittableRandom random;
    private final Ledger ledger = new Ledger();
    private final FaultLog log = new FaultLog();
    private final Map<String, String> undisturbed = new HashMap<>();

    FaultRun(FaultSettings settings, PrintStream out) {
        this.settings = settings;
        this.screen = new Screen(out);
        this.random = new SplittableRandom(settings.seed());
    }

    /** Whether the run showed what it should: no violation, or one when a guard was taken away. */
    boolean run() throws Exception {
        var directory = settings.data().isPresent()
                ? Files.createDirectories(settings.data().get().toAbsolutePath())
                : Files.createTempDirectory("kiln-faults-");
        screen.say("Seed " + settings.seed() + ", " + settings.minutes() + " minutes, in " + directory);
        List<String> violations;
        try (var cluster = new Cluster(directory, settings.without())) {
            closeAtExit(cluster);
            violations = run(cluster);
        }
        var good = violations.isEmpty() == (settings.without() == Guard.NONE);
        if (good && settings.data().isEmpty()) {
            FileSystemUtils.deleteRecursively(directory);
        } else {
            screen.say("Everything is kept in " + directory + ", logs in logs/");
        }
        return good;
    }

    // A Ctrl-C must not leave the mounted directory behind; the processes end by themselves.
    private static void closeAtExit(Cluster cluster) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                cluster.regions().close();
                            } catch (IOException e) {
                                // It was closed already.
                            }
                        },
                        "unmount"));
    }

    private List<String> run(Cluster cluster) throws Exception {
        screen.phase("Start");
        cluster.start(settings.workers(), SLOTS);
        var records = new Records(cluster.database().jdbc());
        var operations = new Operations(cluster.clients(), 0, ledger);
        var base = operations.baseImage(cluster.directory().resolve("busybox.tar"));
        var guest = operations.account();
        screen.phase("Undisturbed builds");
        for (var recipe : Recipe.all()) {
            operations.template(recipe, base, guest);
        }
        buildUndisturbed(operations, records);
        var tour = new BoundaryTour(cluster, ledger, screen, base, guest);
        if (settings.boundaries()) {
            screen.phase("A kill at every write");
            tour.run();
        }
        if (settings.minutes() > 0) {
            screen.phase("Faults");
            breakThings(cluster, records);
        }
        screen.phase("Drain");
        cluster.awaitAll();
        drain(operations, records);
        screen.phase("Judge");
        addKills(cluster);
        var violations = judged(new Verdict(cluster, ledger, log, undisturbed), tour);
        new Report(settings, cluster, ledger, log, tour).tell(screen, violations);
        return violations;
    }

    private void buildUndisturbed(Operations operations, Records records) throws InterruptedException, IOException {
        var executions = new HashMap<String, String>();
        for (var template : ledger.recipes().keySet().stream().sorted().toList()) {
            executions.put(
                    template,
                    operations.start(template, "undisturbed-" + template).orElseThrow());
        }
        await(records, 0);
        executions.forEach((template, execution) -> {
            var recipe = ledger.recipes().get(template);
            if (recipe != null
                    && !records.statusOf(execution).equals(recipe.end().name())) {
                throw new IllegalStateException(
                        recipe.name() + " ends in " + records.statusOf(execution) + " although nothing disturbed it");
            }
            undisturbed.put(template, records.digestOf(execution));
        });
    }

    private void breakThings(Cluster cluster, Records records) throws InterruptedException {
        var callers = new Callers(random.split(), cluster.clients(), ledger);
        var until = System.nanoTime() + TimeUnit.MINUTES.toNanos(settings.minutes());
        var watching = new Thread(() -> screen.follow(ledger, log, records, until), "status");
        watching.setDaemon(true);
        watching.start();
        new Injector(random.split(), cluster, ledger, log, kinds()).run(until);
        callers.stop();
        watching.interrupt();
        watching.join();
    }

    /** What makes a guard matter, when one is taken away; otherwise everything. */
    private Set<FaultKind> kinds() {
        return switch (settings.without()) {
            case NONE -> EnumSet.allOf(FaultKind.class);
            case FENCE -> EnumSet.of(FaultKind.LATE_WRITE, FaultKind.FREEZE_WORKER, FaultKind.LATE_BYTES);
            case LOCK, INDEX -> EnumSet.of(FaultKind.REPEATED_MESSAGES, FaultKind.KILL_WORKER);
        };
    }

    private void drain(Operations operations, Records records) throws InterruptedException, IOException {
        await(records, MINUTES_TO_DRAIN);
        for (var rounds = 0; rounds < 5 && !records.partlySuccessful().isEmpty(); rounds++) {
            for (var execution : records.partlySuccessful()) {
                operations.retry(execution);
                await(records, MINUTES_TO_DRAIN);
            }
        }
    }

    private static void await(Records records, int minutes) throws InterruptedException {
        var end = System.nanoTime() + TimeUnit.MINUTES.toNanos(Math.max(minutes, 2));
        while (records.unfinished() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void addKills(Cluster cluster) {
        for (var kill : cluster.watch().kills()) {
            log.add(new Injected(
                    FaultKind.KILL_AT_WRITE, kill.worker(), kill.at(), kill.at(), List.of(kill.execution())));
        }
    }

    /** Asks again while it may still be cleared away by itself. */
    private List<String> judged(Verdict verdict, BoundaryTour tour) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.without() == Guard.NONE ? SECONDS_TO_CLEAR : 0);
        var violations = verdict.violations();
        while (!violations.isEmpty() && System.nanoTime() < end) {
            TimeUnit.SECONDS.sleep(1);
            violations = verdict.violations();
        }
        violations.addAll(tour.missed());
        return violations;
    }
}
