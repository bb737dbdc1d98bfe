package dev.kiln.api.execution;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.relay.EventRelay;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.rpc.Operation;
import dev.kiln.api.template.SourceImages;
import dev.kiln.api.template.Templates;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.region.Regions;
import dev.kiln.template.Tag;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.util.List;
import org.springframework.stereotype.Component;

/** StartImagePipelineExecution. */
@Component
class StartExecution implements Operation {

    private final ClientTokens tokens;
    private final Templates templates;
    private final SourceImages baseImages;
    private final Regions regions;
    private final Executions executions;
    private final EventRelay relay;

    StartExecution(
            ClientTokens tokens,
            Templates templates,
            SourceImages baseImages,
            Regions regions,
            Executions executions,
            EventRelay relay) {
        this.tokens = tokens;
        this.templates = templates;
        this.baseImages = baseImages;
        this.regions = regions;
        this.executions = executions;
        this.relay = relay;
    }

    @Override
    public String name() {
        return "StartImagePipelineExecution";
    }

    @Override
    public Answer run(Call call) {
        var region = call.parameters().region();
        var template = new TemplateId(call.parameters().required("ImagePipelineId"));
        var tags = call.parameters().tags("Tag");
        var id = tokens.once(call, name(), NewId.execution().value(), newId -> {
            var held = templates
                    .hold(template, call.account())
                    .filter(found -> found.region().equals(region))
                    .orElseThrow(() -> Refusals.templateNotFound(template.value()));
            return start(held, new ExecutionId(newId), tags);
        });
        relay.ring();
        return new Answer().with("ExecutionId", id);
    }

    private String start(Template template, ExecutionId id, List<Tag> tags) {
        for (var region : template.targetRegions()) {
            if (regions.find(region).isEmpty()) {
                throw Refusals.regionNotFound(region.value());
            }
        }
        if (!baseImages.exists(template)) {
            throw new ApiException(
                    "InvalidImagePipeline.BaseImageNotFound",
                    404,
                    "The BaseImage of the specified ImagePipeline is not found.");
        }
        return executions
                .start(id, NewId.image(), template.id(), template.account(), tags)
                .map(ExecutionId::value)
                .orElseThrow(() -> new ApiException(
                        "InvalidImagePipeline.HasRunningExecution",
                        403,
                        "The specified image pipeline " + template.id()
                                + " has a running execution. Cancel it, or wait until it has ended."));
    }
}
