package dev.kiln.api.execution;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.relay.EventRelay;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.template.TemplateImport;
import dev.kiln.api.template.TemplateSources;
import dev.kiln.api.template.Templates;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import dev.kiln.template.Tag;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** StartImagePipelineExecution. */
@Component
class StartExecution implements Operation<ExecutionId> {

    private static final ErrorCode BASE_IMAGE_NOT_FOUND =
            new ErrorCode("InvalidImagePipeline.BaseImageNotFound", 404, "the base image of the template is gone");

    private static final Parameter<String> TEMPLATE =
            Parameter.text("ImagePipelineId").required();

    private static final Declaration<ExecutionId> DECLARATION = new Declaration<>(
            "StartImagePipelineExecution",
            "Starts an execution of a template; one at a time.",
            List.of(REGION_ID, TEMPLATE, ClientTokens.CLIENT_TOKEN, Tags.TAG),
            List.of(
                    Refusals.EXECUTION_RUNNING,
                    Refusals.TEMPLATE_NOT_FOUND,
                    BASE_IMAGE_NOT_FOUND,
                    TemplateSources.COMPONENT_NOT_FOUND,
                    ErrorCode.INVALID_REGION,
                    TemplateImport.OBJECT_NOT_FOUND,
                    TemplateSources.COMPONENT_NOT_SUPPORTED,
                    Tags.DUPLICATE_KEY,
                    Tags.INVALID_KEY,
                    Tags.INVALID_VALUE,
                    ClientTokens.MISMATCH),
            Shape.of(Field.text("ExecutionId", ExecutionId::value)));

    private final ClientTokens tokens;
    private final Templates templates;
    private final TemplateSources sources;
    private final TemplateImport imports;
    private final Executions executions;
    private final EventRelay relay;

    StartExecution(
            ClientTokens tokens,
            Templates templates,
            TemplateSources sources,
            TemplateImport imports,
            Executions executions,
            EventRelay relay) {
        this.tokens = tokens;
        this.templates = templates;
        this.sources = sources;
        this.imports = imports;
        this.executions = executions;
        this.relay = relay;
    }

    @Override
    public Declaration<ExecutionId> declaration() {
        return DECLARATION;
    }

    @Override
    public ExecutionId run(Call call) {
        var region = call.get(REGION_ID);
        var template = new TemplateId(call.get(TEMPLATE));
        var tags = call.get(Tags.TAG);
        var id = tokens.once(call, DECLARATION.name(), NewId.execution().value(), newId -> {
            var held = templates
                    .hold(template, call.account())
                    .filter(found -> found.region().equals(region))
                    .orElseThrow(() -> Refusals.templateNotFound(template.value()));
            return start(held, new ExecutionId(newId), tags);
        });
        relay.ring();
        return new ExecutionId(id);
    }

    private String start(Template template, ExecutionId id, List<Tag> tags) {
        sources.require(
                template,
                () -> BASE_IMAGE_NOT_FOUND.because("The BaseImage of the specified ImagePipeline is not found."));
        var from = Optional.of(template)
                .filter(one -> one.baseImageType() == Template.BaseImageType.OSS)
                .map(imports::require);
        var started = executions
                .start(id, NewId.image(), template.id(), template.account(), tags)
                .orElseThrow(() -> Refusals.executionRunning(template.id()));
        from.ifPresent(object -> imports.begin(template, started, object));
        return started.value();
    }
}
