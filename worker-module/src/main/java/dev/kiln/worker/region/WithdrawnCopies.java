package dev.kiln.worker.region;

import dev.kiln.image.ImageKeys;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes, from time to time, the bytes of copies that were withdrawn when their region did not answer, or when their
 * execution's cancel ended at its deadline.
 */
public final class WithdrawnCopies implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WithdrawnCopies.class);
    private static final int AT_ONCE = 1000;

    private final Targets targets;
    private final Regions regions;
    // Its own thread: a region that hangs must not hold up anything else.
    private final ScheduledExecutorService rounds = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "withdrawn-copies");
        thread.setDaemon(true);
        return thread;
    });

    public WithdrawnCopies(Targets targets, Regions regions) {
        this.targets = targets;
        this.regions = regions;
    }

    /** Goes round every so often until it is closed. */
    public void start(Duration every) {
        var unused = rounds.scheduleWithFixedDelay(
                this::removeAll, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One round. Never throws: the next one comes. */
    public void removeAll() {
        var away = new HashSet<RegionId>();
        try {
            for (var copy : targets.withdrawn(AT_ONCE)) {
                remove(copy, away);
            }
        } catch (RuntimeException e) {
            LOG.warn("withdrawn copies stay for now: {}", e.toString());
        }
    }

    private void remove(Targets.Withdrawn copy, Set<RegionId> away) {
        var store = regions.find(copy.region());
        if (store.isEmpty() || away.contains(copy.region())) {
            return;
        }
        try {
            store.get().delete(ImageKeys.image(copy.image()));
            targets.forget(copy);
        } catch (IOException e) {
            away.add(copy.region());
            LOG.warn("withdrawn copies stay in {} for now: {}", copy.region(), e.toString());
        }
    }

    @Override
    public void close() {
        rounds.shutdownNow();
    }
}
