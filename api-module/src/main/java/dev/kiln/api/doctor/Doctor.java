package dev.kiln.api.doctor;

import dev.kiln.reaper.Finding;
import dev.kiln.reaper.Intents;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.Sweeps;
import dev.kiln.region.RegionCalls;
import dev.kiln.region.RegionId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** Compares the regions with the database, both ways, and collects what the workers have found on their machines. */
@Component
class Doctor {

    // A large region on a slow file system takes minutes.
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final RegionCalls calls = new RegionCalls("doctor");
    private final RegionSweep regions;
    private final Intents intents;
    private final Sweeps sweeps;

    Doctor(RegionSweep regions, Intents intents, Sweeps sweeps) {
        this.regions = regions;
        this.intents = intents;
        this.sweeps = sweeps;
    }

    /** When a worker last searched a place. */
    record Place(String place, String worker, long secondsAgo) {}

    /**
     * The result.
     *
     * @param clean whether nothing was left behind, or all of it was removed
     */
    record Report(boolean clean, List<Finding> findings, List<Place> places) {}

    /**
     * Searches; on request, also removes what was left in the regions. Leftovers on a machine are removed by a worker
     * there.
     */
    Report look(boolean remove) {
        var findings = new ArrayList<Finding>();
        regions.regions().forEach(region -> findings.addAll(compare(region, remove)));
        var last = sweeps.all();
        last.forEach(sweep -> sweep.findings().stream()
                .filter(finding -> finding.verdict() != Finding.Verdict.REMOVED)
                .forEach(findings::add));
        var told = findings.stream().map(Finding::name).toList();
        var here = regions.regions().stream().map(RegionId::value).toList();
        intents.deadElsewhere(here).stream()
                .filter(intent -> !told.contains(intent.name()))
                .forEach(intent -> findings.add(elsewhere(intent, last)));
        return new Report(
                findings.stream().allMatch(finding -> finding.verdict() == Finding.Verdict.REMOVED),
                findings,
                last.stream()
                        .map(sweep -> new Place(sweep.place(), sweep.worker(), sweep.seconds()))
                        .toList());
    }

    /** Forgets a place that will not come back. Regions cannot be forgotten: their leftovers can be removed. */
    void forget(String place) {
        if (regions.regions().stream().noneMatch(region -> region.value().equals(place))) {
            intents.forget(place);
        }
    }

    private List<Finding> compare(RegionId region, boolean remove) {
        try {
            calls.within(RegionCalls.MOMENT, region, () -> {
                regions.look(region);
                return true;
            });
            return calls.within(LONGEST, region, () -> regions.compare(region, remove));
        } catch (IOException e) {
            var trouble = "the region cannot be read (" + e + "): what is in it is not known";
            return List.of(
                    new Finding(region.value(), Finding.Kind.REGION, "", "", 0, Finding.Verdict.UNKNOWN, trouble));
        }
    }

    private static Finding elsewhere(Intents.Dead intent, List<Sweeps.Sweep> last) {
        var detail = last.stream()
                .filter(sweep -> sweep.place().equals(intent.place()))
                .findFirst()
                .map(sweep -> "waits for a worker there; " + sweep.worker() + " was, " + sweep.seconds() + " s ago")
                .orElse("no worker of this version was there, or the region is not configured");
        return new Finding(
                intent.place(),
                Finding.Kind.INTENT,
                intent.name(),
                intent.execution(),
                intent.seconds(),
                Finding.Verdict.LEFT,
                detail);
    }
}
