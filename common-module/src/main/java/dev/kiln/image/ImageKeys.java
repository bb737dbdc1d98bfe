package dev.kiln.image;

import dev.kiln.region.StoreKey;
import dev.kiln.template.TemplateId;

/** Where things lie in a region's store. */
public final class ImageKeys {

    private ImageKeys() {}

    /** The bytes of an image. */
    public static StoreKey image(ImageId id) {
        return new StoreKey("images/" + id);
    }

    /** The context that COPY commands of a template read from. */
    public static StoreKey context(TemplateId template, Digest digest) {
        return new StoreKey("contexts/" + template + "/" + digest.hex());
    }
}
