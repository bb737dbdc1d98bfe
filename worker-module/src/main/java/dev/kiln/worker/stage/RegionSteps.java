package dev.kiln.worker.stage;

import dev.kiln.execution.Attempt;
import dev.kiln.image.ImageKeys;
import dev.kiln.reaper.Intents;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.worker.engine.SharedSteps;
import dev.kiln.worker.engine.StepJournal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step cache that all workers share: what steps wrote, as objects in the template's region, each with a row. A
 * region that does not answer costs a build only the cache's help.
 */
public final class RegionSteps {

    private static final Logger LOG = LoggerFactory.getLogger(RegionSteps.class);
    // An eviction reads all rows of the region.
    private static final Duration BETWEEN_EVICTIONS = Duration.ofMinutes(1);

    private final CachedSteps steps;
    private final Regions regions;
    private final Intents intents;
    private final long mostBytes;
    private final Map<RegionId, Long> evicted = new ConcurrentHashMap<>();

    /** @param mostBytes the limit for the steps of one region */
    public RegionSteps(CachedSteps steps, Regions regions, Intents intents, long mostBytes) {
        this.steps = steps;
        this.regions = regions;
        this.intents = intents;
        this.mostBytes = mostBytes;
    }

    /** The cache for the build of this attempt. */
    SharedSteps of(Attempt attempt) {
        return new OfAttempt(attempt, attempt.template().region());
    }

    private RegionStore store(RegionId region) throws IOException {
        return regions.find(region).orElseThrow(() -> new IOException("region " + region + " is not configured"));
    }

    private void evict(RegionId region) throws IOException {
        var now = System.nanoTime();
        var last = evicted.get(region);
        if (last != null && now - last < BETWEEN_EVICTIONS.toNanos()) {
            return;
        }
        evicted.put(region, now);
        for (var key : steps.evict(region, mostBytes)) {
            store(region).delete(ImageKeys.cachedStep(key));
        }
    }

    private final class OfAttempt implements SharedSteps {

        private final Attempt attempt;
        private final RegionId region;

        OfAttempt(Attempt attempt, RegionId region) {
            this.attempt = attempt;
            this.region = region;
        }

        @Override
        public Optional<Step> find(String key, Duration maximalAge) {
            return steps.find(region, key, maximalAge)
                    .map(row -> new Step(
                            row.made(),
                            row.digest()
                                    .map(digest -> new Layer(
                                            digest,
                                            offset -> store(region).open(ImageKeys.cachedStep(key), digest, offset))),
                            row.stdout()));
        }

        @Override
        public void add(String key, Optional<StepJournal.LayerFile> layer, Optional<String> stdout)
                throws InterruptedException {
            var object = ImageKeys.cachedStep(key);
            try {
                if (layer.isPresent()) {
                    intents.begin(attempt, Intents.Kind.LAYER, region.value(), object.value());
                    try (var bytes = Files.newInputStream(layer.get().file())) {
                        store(region).put(object, bytes, layer.get().digest(), done -> {});
                    }
                }
                steps.add(attempt, key, layer, stdout);
                evict(region);
            } catch (InterruptedIOException e) {
                throw new InterruptedException(e.getMessage());
            } catch (IOException e) {
                LOG.warn("a step of {} is not shared in {}: {}", attempt.execution(), region, e.toString());
            }
        }

        @Override
        public void remove(String key) {
            steps.remove(region, key);
        }
    }
}
