package dev.kiln.worker.region;

import dev.kiln.image.ImageKeys;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionRounds;
import dev.kiln.region.Regions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes, from time to time, the bytes of copies that were withdrawn while their region did not answer, or whose
 * execution's cancel ended at its deadline.
 */
public final class WithdrawnCopies implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WithdrawnCopies.class);
    private static final int AT_ONCE = 1000;

    private final Targets targets;
    private final Regions regions;
    private final RegionRounds rounds;

    public WithdrawnCopies(Targets targets, Regions regions) {
        this.targets = targets;
        this.regions = regions;
        this.rounds = new RegionRounds("withdrawn-copies", regions.ids(), this::remove);
    }

    /** Runs a round at this interval until it is closed. */
    public void start(Duration every) {
        rounds.start(every, every);
    }

    /** One round. Never throws: the next one tries again. */
    public void removeAll() {
        rounds.once();
    }

    private void remove(RegionId region) {
        var store = regions.find(region).orElseThrow();
        var kept = new ArrayList<String>();
        for (var image : targets.withdrawn(region, AT_ONCE)) {
            try {
                store.delete(ImageKeys.image(image));
                targets.forget(image);
            } catch (IOException | RuntimeException e) {
                // Those behind it do not wait: of one that can never be removed, they would for ever.
                targets.forgetLater(image);
                kept.add(image + ": " + e);
            }
        }
        if (!kept.isEmpty()) {
            LOG.warn("{} withdrawn copies stay in {} for now, the first {}", kept.size(), region, kept.get(0));
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
