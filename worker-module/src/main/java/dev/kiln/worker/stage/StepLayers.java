package dev.kiln.worker.stage;

import dev.kiln.execution.Attempt;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.reaper.Intents;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.region.StoredItem;
import dev.kiln.worker.Drain;
import dev.kiln.worker.engine.StepJournal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step journal: each step's layer becomes an object in the template's region, and then the step gets its row. A
 * worker that adopts the execution, on any machine, goes on after the last row. A draining worker hands over as soon as
 * a step has its row.
 */
public final class StepLayers {

    private static final Logger LOG = LoggerFactory.getLogger(StepLayers.class);

    private final BuildSteps steps;
    private final Regions regions;
    private final Intents intents;
    private final Drain drain;

    public StepLayers(BuildSteps steps, Regions regions, Intents intents, Drain drain) {
        this.steps = steps;
        this.regions = regions;
        this.intents = intents;
        this.drain = drain;
    }

    /** The journal of one attempt; its messages go to the log. */
    StepJournal journal(Attempt attempt, BuildLog log) {
        return new Journal(attempt, log);
    }

    /** Removes the layers of a build that will not be resumed. If the region does not answer, they stay. */
    void remove(Attempt attempt) {
        try {
            // A layer may have been stored without a row.
            var stored = new ArrayList<StoredItem>();
            var store = store(attempt);
            store.list(ImageKeys.layers(attempt.execution()), stored::add);
            for (var item : stored) {
                store.remove(item);
            }
        } catch (IOException e) {
            LOG.warn(
                    "layers of {} stay in {} for now: {}",
                    attempt.execution(),
                    attempt.template().region(),
                    e.toString());
        }
    }

    private RegionStore store(Attempt attempt) throws IOException {
        var region = attempt.template().region();
        return regions.find(region).orElseThrow(() -> new IOException("region " + region + " is not configured"));
    }

    private final class Journal implements StepJournal {

        private final Attempt attempt;
        private final BuildLog log;
        private volatile boolean hasGap;

        Journal(Attempt attempt, BuildLog log) {
            this.attempt = attempt;
            this.log = log;
        }

        @Override
        public List<KeptStep> kept() {
            var kept = new ArrayList<KeptStep>();
            for (var row : steps.of(attempt)) {
                if (row.exitCode() != 0) {
                    break;
                }
                kept.add(new KeptStep(
                        row.number(),
                        row.layer()
                                .map(layer -> new KeptLayer(
                                        layer.index(), layer.digest(), source(row.number(), layer.digest()))),
                        row.stdout()));
            }
            return kept;
        }

        private ByteSource source(int number, Digest digest) {
            return offset -> store(attempt).open(ImageKeys.layer(attempt.execution(), number), digest, offset);
        }

        @Override
        public void ended(EndedStep step) throws InterruptedException {
            try {
                if (!hasGap) {
                    keep(step);
                }
            } catch (InterruptedIOException e) {
                throw new InterruptedException(e.getMessage());
            } catch (IOException e) {
                // The build itself does not need the journal; a later attempt repeats the steps from here on.
                hasGap = true;
                LOG.warn(
                        "step {} of {} and those after it are not kept: {}",
                        step.number(),
                        attempt.execution(),
                        e.toString());
            }
        }

        @Override
        public boolean handsOver() {
            // Steps without a row would be lost if the build stopped now.
            return !hasGap && drain.requested();
        }

        private void keep(EndedStep step) throws IOException {
            var place = attempt.template().region();
            var key = ImageKeys.layer(attempt.execution(), step.number());
            if (step.layer().isPresent()) {
                intents.begin(attempt, Intents.Kind.LAYER, place.value(), key.value());
                var layer = step.layer().get();
                try (var bytes = Files.newInputStream(layer.file())) {
                    store(attempt).put(key, bytes, layer.digest(), done -> {});
                }
            }
            steps.add(attempt, step, log.flushed(), key);
        }

        @Override
        public void forget() {
            remove(attempt);
            steps.removeAll(attempt);
            hasGap = false;
        }
    }
}
