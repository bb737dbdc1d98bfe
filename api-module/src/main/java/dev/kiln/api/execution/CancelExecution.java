package dev.kiln.api.execution;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.ApiSettings;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.relay.EventRelay;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** CancelImagePipelineExecution. */
@Component
class CancelExecution implements Operation<Done> {

    private static final ErrorCode ENDED = new ErrorCode("InvalidStatus.CancelFailed", 400, "the execution has ended");
    private static final ErrorCode ENDING = new ErrorCode(
            "InvalidStatus.ImagePipelineExecution",
            403,
            "the execution is being cancelled or released, or retries its targets");

    private static final Parameter<String> ID = Parameter.text("ExecutionId").required();

    private static final Declaration<Done> DECLARATION = new Declaration<>(
                    "CancelImagePipelineExecution",
                    "Asks an execution to end. Accepted in PREPARING, BUILDING, TESTING and DISTRIBUTING.",
                    List.of(REGION_ID, ID),
                    List.of(ENDED, ENDING, Refusals.EXECUTION_NOT_FOUND),
                    Done.SHAPE)
            .on(ResourceType.TEMPLATE, "{ImagePipelineId of the execution}");

    private final ExecutionList list;
    private final Executions executions;
    private final ApiSettings settings;
    private final EventRelay relay;

    CancelExecution(ExecutionList list, Executions executions, ApiSettings settings, EventRelay relay) {
        this.list = list;
        this.executions = executions;
        this.settings = settings;
        this.relay = relay;
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    /**
     * Checks the key against the execution's template. An execution of another template gets the same answer as one
     * that does not exist, so nobody learns whether it exists.
     */
    @Override
    public void permit(Call call) {
        var allowed = find(call)
                .map(execution -> call.resource(ResourceType.TEMPLATE, execution.templateId()))
                .filter(call::may);
        if (allowed.isEmpty()) {
            call.require(call.resources());
            throw Refusals.executionNotFound();
        }
    }

    private Optional<ExecutionList.Listed> find(Call call) {
        return list.find(new ExecutionId(call.get(ID)), call.account())
                .filter(execution ->
                        execution.region().equals(call.get(REGION_ID).value()));
    }

    @Override
    public Done run(Call call) {
        var id = new ExecutionId(call.get(ID));
        return switch (executions.requestCancel(id, call.account(), settings.cancelDeadline())) {
            case ACCEPTED -> {
                relay.ring();
                yield Done.DONE;
            }
            case NOT_FOUND -> throw Refusals.executionNotFound();
            case FINISHED -> throw ENDED.because("Failed to cancel execution,status is success, failed or cancelled.");
            case NOT_CANCELLABLE_NOW ->
                throw ENDING.because(
                        "The execution is being cancelled or released and will end by itself in a moment.");
        };
    }
}
