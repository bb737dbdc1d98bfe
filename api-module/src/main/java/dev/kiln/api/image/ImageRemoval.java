package dev.kiln.api.image;

import dev.kiln.api.ApiSettings;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.RegionCalls;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionRounds;
import dev.kiln.region.Regions;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Removes the bytes of deleted images, then their rows: at once, or later if the region was away or the process died in
 * between. The row goes last, so that no object is left behind.
 */
@Component
class ImageRemoval implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ImageRemoval.class);

    private final RegionCalls calls = new RegionCalls("image-removal-now");
    private final Images images;
    private final Regions regions;
    private final ApiSettings settings;
    private final Duration every;
    private final RegionRounds rounds;
    private volatile boolean running;

    ImageRemoval(
            Images images, Regions regions, ApiSettings settings, @Value("${kiln.purge-interval:1m}") Duration every) {
        this.images = images;
        this.regions = regions;
        this.settings = settings;
        this.every = every;
        this.rounds = new RegionRounds("image-removal", regions.ids(), this::removeAll);
    }

    /** Removes a marked image; whatever cannot be removed now, or in a moment, is tried again later. */
    void remove(ImageId id, RegionId region) {
        try {
            calls.within(RegionCalls.MOMENT, region, () -> {
                removeNow(id, region);
                return true;
            });
        } catch (IOException e) {
            LOG.warn("Image {} is removed from region {} later: {}", id, region, e.toString());
        }
    }

    private void removeNow(ImageId id, RegionId region) {
        var store = regions.find(region);
        if (store.isEmpty()) {
            return; // The region is not configured now; its objects are removed once it is again.
        }
        try {
            store.get().delete(ImageKeys.image(id));
            images.removeMarked(id);
        } catch (IOException | RuntimeException e) {
            // Whatever it is, those behind it do not wait for it.
            images.removeLater(id);
            LOG.warn("Image {} cannot be removed from region {} now: {}", id, region, e.toString());
        }
    }

    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void giveUpUploads() {
        var abandoned = images.markAbandonedUploads(settings.abandonedUploadAfter());
        if (abandoned > 0) {
            LOG.info("{} uploads made no progress and are removed", abandoned);
        }
    }

    private void removeAll(RegionId region) {
        images.marked(region).forEach(image -> removeNow(image, region));
    }

    @Override
    public void start() {
        running = true;
        rounds.start(every, every);
    }

    @Override
    public void stop() {
        running = false;
        rounds.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
