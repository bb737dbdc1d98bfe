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
import dev.kiln.api.template.TemplateImport;
import dev.kiln.api.template.TemplateSources;
import dev.kiln.execution.ExecutionId;
import dev.kiln.region.RegionId;
import dev.kiln.template.TemplateId;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** StartImagePipelineExecution. */
@Component
class StartExecution implements Operation<ExecutionId> {

    static final String NAME = "StartImagePipelineExecution";

    private static final Parameter<String> TEMPLATE =
            Parameter.text("ImagePipelineId").required();

    private static final Declaration<ExecutionId> DECLARATION = new Declaration<>(
            NAME,
            "Starts an execution of a template. A template has one unfinished execution at a time.",
            List.of(REGION_ID, TEMPLATE, ClientTokens.CLIENT_TOKEN, Tags.TAG),
            List.of(
                    Refusals.EXECUTION_RUNNING,
                    Refusals.TEMPLATE_NOT_FOUND,
                    CheckedStart.BASE_IMAGE_NOT_FOUND,
                    GivenParameters.MISSING,
                    TemplateSources.COMPONENT_NOT_FOUND,
                    ErrorCode.INVALID_REGION,
                    TemplateImport.OBJECT_NOT_FOUND,
                    TemplateSources.COMPONENT_NOT_SUPPORTED,
                    Tags.DUPLICATE_KEY,
                    Tags.INVALID_KEY,
                    Tags.INVALID_VALUE,
                    ClientTokens.MISMATCH),
            Shape.of(Field.text("ExecutionId", ExecutionId::value)));

    private final GatheredStarts starts;
    private final CheckedStart checked;
    private final EventRelay relay;

    StartExecution(GatheredStarts starts, CheckedStart checked, EventRelay relay) {
        this.starts = starts;
        this.checked = checked;
        this.relay = relay;
    }

    @Override
    public Declaration<ExecutionId> declaration() {
        return DECLARATION;
    }

    /** The digest of a call that sends nothing else. */
    static String digest(TemplateId template, RegionId region) {
        return Call.digest(Map.of(TEMPLATE.name(), template.value(), REGION_ID.name(), region.value()));
    }

    @Override
    public ExecutionId run(Call call) {
        var wanted =
                new GatheredStarts.Wanted(new TemplateId(call.get(TEMPLATE)), call.get(REGION_ID), call.get(Tags.TAG));
        var id = starts.atOnce(call, wanted).orElseGet(() -> checked.start(call, wanted));
        relay.ring();
        return id;
    }
}
