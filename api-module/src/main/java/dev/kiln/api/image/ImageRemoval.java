package dev.kiln.api.image;

import dev.kiln.api.ApiSettings;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Removes the bytes of deleted images, then their rows: at once, or later when the region was away or the process died
 * in between. No object is left behind, because the row goes last.
 */
@Component
class ImageRemoval {

    private static final Logger LOG = LoggerFactory.getLogger(ImageRemoval.class);

    private final Images images;
    private final Regions regions;
    private final ApiSettings settings;

    ImageRemoval(Images images, Regions regions, ApiSettings settings) {
        this.images = images;
        this.regions = regions;
        this.settings = settings;
    }

    /** Removes a marked image; what cannot be removed now is tried again later. */
    void remove(ImageId id, RegionId region) {
        var store = regions.find(region);
        if (store.isEmpty()) {
            return; // The region is not configured now; its object is removed when it is again.
        }
        try {
            store.get().delete(ImageKeys.image(id));
            images.removeMarked(id);
        } catch (IOException e) {
            LOG.warn("Image {} cannot be removed from region {} now: {}", id, region, e.toString());
        }
    }

    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void removeAll() {
        var abandoned = images.markAbandonedUploads(settings.abandonedUploadAfter());
        if (abandoned > 0) {
            LOG.info("{} uploads made no progress and are removed", abandoned);
        }
        // Region by region, so that one that is away does not keep the others' images.
        regions.ids().forEach(region -> images.marked(region).forEach(image -> remove(image, region)));
    }
}
