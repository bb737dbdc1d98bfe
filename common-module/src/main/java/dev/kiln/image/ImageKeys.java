package dev.kiln.image;

import dev.kiln.execution.ExecutionId;
import dev.kiln.region.StoreKey;
import dev.kiln.template.TemplateId;

/** Where things lie in a region's store. */
public final class ImageKeys {

    private ImageKeys() {}

    /** The bytes of an image. */
    public static StoreKey image(ImageId id) {
        return new StoreKey("images/" + id);
    }

    /** What the steps of a build wrote lies below this, until the execution ends. */
    public static StoreKey layers(ExecutionId execution) {
        return new StoreKey("layers/" + execution);
    }

    /** What a step of a build wrote. */
    public static StoreKey layer(ExecutionId execution, int step) {
        return new StoreKey(layers(execution) + "/" + step);
    }

    /** What a step wrote that other builds may take; the key is the digest of all that it was made of. */
    public static StoreKey cachedStep(String key) {
        return new StoreKey("steps/" + key);
    }

    /** The context that COPY commands of a template read from. */
    public static StoreKey context(TemplateId template, Digest digest) {
        return new StoreKey("contexts/" + template + "/" + digest.hex());
    }
}
