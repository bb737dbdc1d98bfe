package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.region.Regions;
import dev.kiln.template.Template;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;

/** The existence of what a template needs: checked when it is created, and again at each start. */
@Service
public final class TemplateSources {

    public static final ErrorCode COMPONENT_NOT_FOUND = TemplateComponents.NOT_FOUND;
    public static final ErrorCode COMPONENT_NOT_SUPPORTED = ContentCodes.COMPONENT_NOT_SUPPORTED;

    private final SourceImages images;
    private final Regions regions;
    private final TemplateComponents components;

    TemplateSources(SourceImages images, Regions regions, TemplateComponents components) {
        this.images = images;
        this.regions = regions;
        this.components = components;
    }

    /** Refuses if something is missing; throws {@code noBaseImage} if that is the base image. */
    public void require(Template template, Supplier<? extends RuntimeException> noBaseImage) {
        if (!images.exists(template)) {
            throw noBaseImage.get();
        }
        for (var region : template.targetRegions()) {
            if (regions.find(region).isEmpty()) {
                throw Refusals.regionNotFound(region.value());
            }
        }
        components.require(template);
    }
}
