package dev.kiln.worker.region;

import dev.kiln.execution.Attempt;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.Regions;
import java.io.IOException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes copies back: first nobody sees them any more, then their bytes go, then their rows. */
public final class Removal {

    private static final Logger LOG = LoggerFactory.getLogger(Removal.class);

    private final Targets targets;
    private final Regions regions;

    public Removal(Targets targets, Regions regions) {
        this.targets = targets;
        this.regions = regions;
    }

    /**
     * Removes those copies of the execution that the predicate names. A region that does not answer keeps its copy's
     * row, invisible, until {@link WithdrawnCopies} has removed it.
     */
    public void remove(Attempt attempt, Predicate<Target> which) {
        var unwanted = targets.of(attempt).stream().filter(which).toList();
        // All of them before any region is asked, which may be in any trouble.
        unwanted.forEach(target -> targets.withdraw(attempt, target.image()));
        unwanted.forEach(target -> remove(attempt, target));
    }

    private void remove(Attempt attempt, Target target) {
        try {
            var store = regions.find(target.region());
            if (store.isPresent()) {
                store.get().delete(ImageKeys.image(target.image()));
            }
            targets.remove(attempt, target.image());
        } catch (IOException e) {
            LOG.warn("{} stays in {} for now: {}", target.image(), target.region(), e.toString());
        }
    }
}
