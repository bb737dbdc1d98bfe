package dev.kiln.api.execution;

import dev.kiln.api.ApiSettings;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.relay.EventRelay;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.Executions;
import org.springframework.stereotype.Component;

/** CancelImagePipelineExecution. */
@Component
class CancelExecution implements Operation {

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
    public String name() {
        return "CancelImagePipelineExecution";
    }

    @Override
    public Answer run(Call call) {
        var region = call.parameters().region();
        var id = new ExecutionId(call.parameters().required("ExecutionId"));
        var known = list.find(id, call.account())
                .filter(execution -> execution.region().equals(region.value()));
        if (known.isEmpty()) {
            throw Refusals.executionNotFound();
        }
        return switch (executions.requestCancel(id, call.account(), settings.cancelDeadline())) {
            case ACCEPTED -> {
                relay.ring();
                yield new Answer();
            }
            case NOT_FOUND -> throw Refusals.executionNotFound();
            case FINISHED ->
                throw new ApiException(
                        "InvalidStatus.CancelFailed",
                        400,
                        "Failed to cancel execution,status is success, failed or cancelled.");
            case NOT_CANCELLABLE_NOW ->
                throw new ApiException(
                        "InvalidStatus.ImagePipelineExecution",
                        403,
                        "The execution is being cancelled or released and will end by itself in a moment.");
        };
    }
}
