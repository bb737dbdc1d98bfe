package dev.kiln.api.template;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import dev.kiln.template.Template;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Finds and removes the contexts of templates in their regions' stores. */
@Component
final class Contexts {

    private static final Logger LOG = LoggerFactory.getLogger(Contexts.class);

    private final Regions regions;

    Contexts(Regions regions) {
        this.regions = regions;
    }

    /** Removes the template's old context; one that cannot be removed is logged and does no harm. */
    void removeQuietly(Template template) {
        var store = regions.find(template.region());
        if (template.contextDigest().isPresent() && store.isPresent()) {
            removeQuietly(
                    store.get(),
                    ImageKeys.context(
                            template.id(), new Digest(template.contextDigest().get())));
        }
    }

    static void removeQuietly(RegionStore store, StoreKey key) {
        try {
            store.delete(key);
        } catch (IOException e) {
            LOG.warn(
                    "Object {} of region {} is not needed any more but cannot be removed: {}",
                    key,
                    store.region(),
                    e.toString());
        }
    }
}
