package dev.kiln.api.template;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.rpc.Operation;
import dev.kiln.region.Regions;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import org.springframework.stereotype.Component;

/** CreateImagePipeline. */
@Component
class CreateTemplate implements Operation {

    private final ClientTokens tokens;
    private final Templates templates;
    private final SourceImages baseImages;
    private final Regions regions;

    CreateTemplate(ClientTokens tokens, Templates templates, SourceImages baseImages, Regions regions) {
        this.tokens = tokens;
        this.templates = templates;
        this.baseImages = baseImages;
        this.regions = regions;
    }

    @Override
    public String name() {
        return "CreateImagePipeline";
    }

    @Override
    public Answer run(Call call) {
        var form = new TemplateForm(call);
        var id = tokens.once(call, name(), NewId.template().value(), newId -> {
            var template = form.read(new TemplateId(newId));
            check(template);
            templates.add(template);
            return newId;
        });
        return new Answer().with("ImagePipelineId", id);
    }

    private void check(Template template) {
        for (var region : template.targetRegions()) {
            if (regions.find(region).isEmpty()) {
                throw Refusals.regionNotFound(region.value());
            }
        }
        if (!baseImages.exists(template)) {
            throw new ApiException(
                    "InvalidImage.NotFound",
                    404,
                    "The specified BaseImage " + Refusals.quoted(template.baseImage()) + " does not exist in "
                            + template.region() + ", is not available, or is not shared with this account.");
        }
    }
}
