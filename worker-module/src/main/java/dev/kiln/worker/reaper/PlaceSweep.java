package dev.kiln.worker.reaper;

import dev.kiln.reaper.Finding;
import dev.kiln.reaper.Intents;
import dev.kiln.worker.engine.SandboxBuildEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Looks in this worker's engine directory, and among this machine's processes and control groups, for what killed
 * workers left, and what remains of executions that went on elsewhere.
 */
public final class PlaceSweep {

    private final SandboxBuildEngine engine;
    private final Intents intents;

    public PlaceSweep(SandboxBuildEngine engine, Intents intents) {
        this.engine = engine;
        this.intents = intents;
    }

    String place() throws IOException {
        return engine.place().id();
    }

    /** Removes what was left, and deletes its intents. */
    public List<Finding> run() throws IOException {
        // The intents first: what begins after this query is not a leftover.
        var dead = intents.dead(place());
        var names = new TreeSet<>(engine.found());
        dead.forEach(intent -> names.add(intent.name()));
        var findings = new ArrayList<Finding>();
        for (var name : names) {
            var told =
                    dead.stream().filter(intent -> intent.name().equals(name)).toList();
            settle(name, told).ifPresent(findings::add);
        }
        for (var name : engine.removeUnfinishedBases()) {
            findings.add(new Finding(place(), Finding.Kind.BASE_IMAGE, name, "", 0, Finding.Verdict.REMOVED, ""));
        }
        return findings;
    }

    private Optional<Finding> settle(String name, Collection<Intents.Dead> told) throws IOException {
        try {
            // In this order: an owner removes its files before it deletes the intent.
            boolean there = isLeft(name) && engine.traces().contains(name);
            boolean removed = engine.discardIfLeft(name, () -> isLeft(name));
            if (removed || !isLeft(name)) {
                intents.forget(told.stream().map(Intents.Dead::id).toList());
                return removed && there ? Optional.of(finding(name, told, "")) : Optional.empty();
            }
            // The directory is in use: without an intent, by the check of a starting worker; otherwise by a superseded
            // attempt.
            return told.isEmpty()
                    ? Optional.empty()
                    : Optional.of(finding(name, told, "a superseded attempt has not let go of it yet"));
        } catch (IOException e) {
            return Optional.of(finding(name, told, e.toString()));
        }
    }

    private boolean isLeft(String name) {
        try {
            return intents.isScratchLeft(place(), name);
        } catch (IOException e) {
            return false; // nothing is removed in a place that cannot be read
        }
    }

    private Finding finding(String name, Collection<Intents.Dead> told, String trouble) throws IOException {
        var execution = told.stream().map(Intents.Dead::execution).findFirst().orElse("");
        var seconds = told.stream().mapToLong(Intents.Dead::seconds).max().orElse(0);
        var verdict = trouble.isEmpty() ? Finding.Verdict.REMOVED : Finding.Verdict.LEFT;
        return new Finding(place(), Finding.Kind.SCRATCH, name, execution, seconds, verdict, trouble);
    }
}
