package dev.kiln.image;

import dev.kiln.execution.ExecutionId;
import dev.kiln.region.StoreKey;
import dev.kiln.template.TemplateId;

/** The keys of objects in a region's store. */
public final class ImageKeys {

    private ImageKeys() {}

    /** The bytes of an image. */
    public static StoreKey image(ImageId id) {
        return new StoreKey("images/" + id);
    }

    /** The key above the layers that the steps of a build wrote; they stay until the execution ends. */
    public static StoreKey layers(ExecutionId execution) {
        return new StoreKey("layers/" + execution);
    }

    /** The layer that a step of a build wrote. */
    public static StoreKey layer(ExecutionId execution, int step) {
        return new StoreKey(layers(execution) + "/" + step);
    }

    /** The layer of a step that other builds may reuse; the key is the digest of everything that went into it. */
    public static StoreKey cachedStep(String key) {
        return new StoreKey("steps/" + key);
    }

    /** The context that COPY commands of a template read from. */
    public static StoreKey context(TemplateId template, Digest digest) {
        return new StoreKey("contexts/" + template + "/" + digest.hex());
    }
}
