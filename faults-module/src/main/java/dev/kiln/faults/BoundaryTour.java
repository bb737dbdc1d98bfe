package dev.kiln.faults;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.load.Ledger;
import dev.kiln.faults.load.Operations;
import dev.kiln.faults.load.Recipe;
import dev.kiln.faults.verdict.Records;
import dev.kiln.faults.wire.WireStatement;
import dev.kiln.faults.wire.WireWatch.Side;
import dev.kiln.faults.wire.WireWatch.Write;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.stream.Collectors;

/**
 * Learns from undisturbed executions which writes they consist of, then kills a worker at each of them: just before the
 * write, and after its commit but before the worker knows. Each kill has its own execution, which must end as if
 * nothing had happened.
 */
final class BoundaryTour {

    private static final int DRIVERS = 3;
    private static final int TRIES = 3;
    private static final int SECONDS_TO_KILL = 5;
    private static final int MINUTES_TO_END = 4;

    private final Cluster cluster;
    private final Ledger ledger;
    private final Screen screen;
    private final Material material;
    private final Map<String, String> undisturbed;
    private final Records records;
    private final List<Stop> found = new ArrayList<>();
    private final Queue<Stop> hit = new ConcurrentLinkedQueue<>();
    private final Queue<String> missed = new ConcurrentLinkedQueue<>();
    private final Queue<Stop> stops = new ConcurrentLinkedQueue<>();

    /** A write of a recipe's execution, and on which side of it a worker is killed. */
    private record Stop(String recipe, Write write, Side side) {

        /** The recipe and the write, as the first cells of a row. */
        String kind() {
            var changes = WireStatement.CHANGES.matcher(write.sql());
            return recipe + " | "
                    + changes.results().map(MatchResult::group).distinct().collect(Collectors.joining(", "));
        }
    }

    /** The image that templates build on, and the account that they share with. */
    record Material(String base, String guest) {}

    /** The templates of one driver, and their ids by the names of the recipes that they were learned from. */
    private record Templates(Map<String, Recipe> recipes, Map<String, String> ids) {}

    /** @param undisturbed receives the digest of the image of each template that is disturbed later */
    BoundaryTour(Cluster cluster, Ledger ledger, Screen screen, Material material, Map<String, String> undisturbed) {
        this.cluster = cluster;
        this.ledger = ledger;
        this.screen = screen;
        this.material = material;
        this.undisturbed = undisturbed;
        this.records = new Records(cluster.database().jdbc());
    }

    /** The number of stops: twice the number of writes. */
    int found() {
        return found.size();
    }

    /** The number of stops at which a worker was killed. */
    int hit() {
        return hit.size();
    }

    /** The stops as rows of a table, grouped by kind of write, in the order in which they occur. */
    List<String> table() {
        var rows = new LinkedHashMap<String, int[]>();
        found.forEach(stop -> rows.computeIfAbsent(stop.kind(), kind -> new int[3])[0]++);
        hit.forEach(
                stop -> rows.computeIfAbsent(stop.kind(), kind -> new int[3])[stop.side() == Side.BEFORE ? 1 : 2]++);
        var lines = new ArrayList<String>();
        rows.forEach((kind, counts) ->
                lines.add("| %s | %d | %d | %d |".formatted(kind, counts[0] / 2, counts[1], counts[2])));
        return lines;
    }

    /** Stops at which no worker was killed in several tries, and executions that ended wrongly. */
    List<String> missed() {
        return List.copyOf(missed);
    }

    void run() throws IOException, InterruptedException {
        for (var recipe : List.of(Recipe.whole("whole"), Recipe.failing("fails"), Recipe.endless("endless"))) {
            learn(recipe);
        }
        stops.addAll(found);
        screen.say("         " + found.size() / 2 + " writes found");
        // All of them before the first kill, which would disturb them.
        var templates = new ArrayList<Templates>();
        for (var number = 0; number < DRIVERS; number++) {
            templates.add(templates(number));
        }
        var threads = new ArrayList<Thread>();
        for (var number = 0; number < DRIVERS; number++) {
            var driver = number;
            var thread = new Thread(() -> drive(driver, templates.get(driver)), "tour-" + driver);
            threads.add(thread);
            thread.start();
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    private void learn(Recipe recipe) throws IOException, InterruptedException {
        var operations = new Operations(cluster.clients(), 0, ledger);
        var template = operations.template(recipe, material.base(), material.guest());
        var execution = start(operations, template, recipe, "learn-" + recipe.name());
        judge(recipe, execution, "although nothing disturbed it");
        for (var write : cluster.watch().writesOf(execution)) {
            found.add(new Stop(recipe.name(), write, Side.BEFORE));
            found.add(new Stop(recipe.name(), write, Side.AFTER));
        }
    }

    /** Makes a driver's templates, and the images that its disturbed executions must equal. */
    private Templates templates(int driver) throws IOException, InterruptedException {
        var operations = new Operations(cluster.clients(), driver, ledger);
        var recipes = Map.of(
                "whole", Recipe.whole("whole-" + driver),
                "fails", Recipe.failing("fails-" + driver),
                "endless", Recipe.endless("endless-" + driver));
        var ids = new HashMap<String, String>();
        for (var entry : recipes.entrySet()) {
            var recipe = entry.getValue();
            var template = operations.template(recipe, material.base(), material.guest());
            ids.put(entry.getKey(), template);
            if (recipe.end().status() == ExecutionStatus.SUCCESS) {
                var execution = start(operations, template, recipe, "undisturbed-" + template);
                judge(recipe, execution, "although nothing disturbed it");
                undisturbed.put(template, records.digestOf(execution));
            }
        }
        return new Templates(recipes, ids);
    }

    /** Works through the stops with its own templates, so that no other trap catches its workers' writes. */
    private void drive(int number, Templates templates) {
        try {
            var operations = new Operations(cluster.clients(), number, ledger);
            for (var stop = stops.poll(); stop != null; stop = stops.poll()) {
                var recipe = templates.recipes().getOrDefault(stop.recipe(), Recipe.whole("whole"));
                visit(operations, templates.ids().getOrDefault(stop.recipe(), ""), recipe, stop);
            }
        } catch (RuntimeException e) {
            miss("a driver of the tour ended: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void visit(Operations operations, String template, Recipe recipe, Stop stop) throws InterruptedException {
        for (var number = 1; number <= TRIES; number++) {
            cluster.watch().setTrap(template, stop.write(), stop.side());
            var token = "tour-%s-%08x-%s-%d".formatted(template, stop.write().hashCode(), stop.side(), number);
            var execution = start(operations, template, recipe, token.substring(0, Math.min(64, token.length())));
            judge(recipe, execution, "after a kill " + stop);
            if (!cluster.watch().removeTrap(template) && awaitKill(execution)) {
                hit.add(stop);
                var done = hit.size();
                if (done % 10 == 0) {
                    screen.phase("  %d of %d".formatted(done, found.size()));
                }
                return;
            }
        }
        miss("no worker was killed " + stop);
    }

    private void judge(Recipe recipe, String execution, String when) {
        var row = records.execution(execution);
        if (row.isEmpty() || !row.get().endedIn(recipe.end())) {
            var end = row.map(Records.Execution::end).orElse("not there");
            miss(execution + " is " + end + " instead of " + recipe.end() + " " + when);
        }
    }

    /** Whether the trap has killed: a write that fails or is rolled back springs it and kills nobody. */
    private boolean awaitKill(String execution) throws InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_KILL);
        while (cluster.watch().kills().stream()
                .noneMatch(kill -> kill.execution().equals(execution))) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    private void miss(String what) {
        missed.add(what);
        screen.phase("  ! " + what);
    }

    /** Starts an execution, cancels it while it builds if it would not end by itself, and returns when it has ended. */
    private String start(Operations operations, String template, Recipe recipe, String token)
            throws InterruptedException {
        var execution = operations.start(template, token).orElse("");
        var endless = recipe.name().startsWith("endless");
        var end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES_TO_END);
        var cancelled = false;
        while (!records.isFinal(execution) && System.nanoTime() < end) {
            if (endless && !cancelled && records.statusOf(execution).equals("BUILDING")) {
                operations.cancel(execution);
                cancelled = true;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return execution;
    }
}
