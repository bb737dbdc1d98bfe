package dev.kiln.worker.reaper;

import dev.kiln.reaper.Finding;
import dev.kiln.reaper.ReaperSettings;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.reaper.Sweeps;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionRounds;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes leftovers from time to time: everything on this machine, and in the regions what intents name. Now and then
 * one of the workers compares a whole region with the rows.
 */
public final class Reaper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
    // How many comparisons of whole regions fall into the age at which a thing counts as left behind.
    private static final int COMPARISONS = 6;

    private final PlaceSweep place;
    private final RegionSweep regions;
    private final Sweeps sweeps;
    private final String worker;
    private final ReaperSettings settings;
    private final RegionRounds stores;
    private final ScheduledExecutorService machine = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "reaper");
        thread.setDaemon(true);
        return thread;
    });

    public Reaper(PlaceSweep place, RegionSweep regions, Sweeps sweeps, String worker, ReaperSettings settings) {
        this.place = place;
        this.regions = regions;
        this.sweeps = sweeps;
        this.worker = worker;
        this.settings = settings;
        this.stores = new RegionRounds("reaper", regions.regions(), this::sweep);
    }

    /** Starts at once, with what the previous worker in this place left, and goes on until it is closed. */
    public void start() {
        var every = settings.reaperEvery();
        var unused = machine.scheduleWithFixedDelay(this::sweepMachine, 0, every.toMillis(), TimeUnit.MILLISECONDS);
        stores.start(Duration.ZERO, every);
    }

    /** Sweeps this machine once. Never throws: the next sweep tries again. */
    public void sweepMachine() {
        try {
            var findings = place.run();
            tell(findings);
            sweeps.found(place.place(), worker, findings);
        } catch (IOException | RuntimeException e) {
            LOG.warn("what was left on this machine stays for now: {}", e.toString());
        }
    }

    private void sweep(RegionId region) {
        try {
            tell(regions.settle(region));
            if (isTurn(region)) {
                tell(regions.compare(region, true));
            }
        } catch (IOException e) {
            LOG.warn("what was left in region {} stays for now: {}", region, e.toString());
        }
    }

    private boolean isTurn(RegionId region) {
        return sweeps.takeTurn(region.value(), worker, settings.reaperAge().dividedBy(COMPARISONS));
    }

    private static void tell(List<Finding> findings) {
        for (var found : findings) {
            switch (found.verdict()) {
                case REMOVED ->
                    LOG.info("{} {} in {} was left behind and is removed", found.kind(), found.name(), found.place());
                case LOST ->
                    LOG.error("{} is not in {}: {}; see ./kiln doctor", found.name(), found.place(), found.detail());
                case LEFT ->
                    LOG.warn(
                            "{} {} in {} stays for now: {}", found.kind(), found.name(), found.place(), found.detail());
                case UNKNOWN -> LOG.debug("{} in {}: {}", found.name(), found.place(), found.detail());
            }
        }
    }

    @Override
    public void close() {
        machine.shutdownNow();
        stores.close();
    }
}
