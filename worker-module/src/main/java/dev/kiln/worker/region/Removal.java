package dev.kiln.worker.region;

import dev.kiln.execution.Attempt;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.Regions;
import java.io.IOException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes copies: first they become invisible, then their bytes are removed, then their rows. */
public final class Removal {

    private static final Logger LOG = LoggerFactory.getLogger(Removal.class);

    private final Targets targets;
    private final Regions regions;

    public Removal(Targets targets, Regions regions) {
        this.targets = targets;
        this.regions = regions;
    }

    /**
     * Removes the execution's copies that match. If a region does not answer, the row of its copy stays, invisible,
     * until {@link WithdrawnCopies} has removed the copy.
     */
    public void remove(Attempt attempt, Predicate<Target> which) {
        var unwanted = targets.of(attempt).stream().filter(which).toList();
        // All of them first: any of the regions may be in trouble when asked.
        unwanted.forEach(target -> targets.withdraw(attempt, target.image()));
        unwanted.forEach(target -> remove(attempt, target));
    }

    /**
     * Keeps only the image at home, whose test has failed, for those who want to see why. This goes first: until the
     * execution has ended no family chooses the image anyway, and after that it is deprecated, whatever comes between.
     */
    public void keepAside(Attempt attempt) {
        targets.deprecate(attempt, attempt.image());
        remove(attempt, target -> !target.isCopied());
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
