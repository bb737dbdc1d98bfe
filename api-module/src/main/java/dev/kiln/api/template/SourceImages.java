package dev.kiln.api.template;

import dev.kiln.api.image.Images;
import dev.kiln.template.Template;
import org.springframework.stereotype.Component;

/** Tells whether a template has something to be built on. */
@Component
public final class SourceImages {

    private final Images images;

    SourceImages(Images images) {
        this.images = images;
    }

    /**
     * Whether the base image is there and the template's owner may read it. A family is one's own: otherwise a stranger
     * could slip an image under it by sharing.
     */
    public boolean exists(Template template) {
        return switch (template.baseImageType()) {
            case IMAGE -> images.isReadable(template.baseImage(), template.account(), template.region());
            // An import looks for its object at the start.
            case OSS -> true;
            case IMAGE_FAMILY -> images.hasFamily(template.baseImage(), template.account(), template.region());
        };
    }
}
