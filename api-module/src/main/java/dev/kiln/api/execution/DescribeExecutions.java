package dev.kiln.api.execution;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Answer;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Operation;
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.api.template.Templates;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.template.TemplateId;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** DescribeImagePipelineExecutions. */
@Component
class DescribeExecutions implements Operation {

    private static final int MAX_ID = 128;

    private final ExecutionList executions;
    private final Templates templates;
    private final PagingTokens pagingTokens;

    DescribeExecutions(ExecutionList executions, Templates templates, PagingTokens pagingTokens) {
        this.executions = executions;
        this.templates = templates;
        this.pagingTokens = pagingTokens;
    }

    @Override
    public String name() {
        return "DescribeImagePipelineExecutions";
    }

    @Override
    public Answer run(Call call) {
        var filter = filter(call);
        var size = call.parameters().integer("MaxResults", 50, 1, 500, "InvalidMaxResults");
        var found = executions.list(filter, pagingTokens.read(call), size + 1);
        var page = found.subList(0, Math.min(size, found.size()));
        return new Answer()
                .with("TotalCount", executions.count(filter))
                .with("MaxResults", size)
                .with("NextToken", found.size() > size ? next(call, page.get(size - 1)) : "")
                .withObjects(
                        "ImagePipelineExecution",
                        "ImagePipelineExecutionSet",
                        page.stream().map(DescribeExecutions::answer).toList());
    }

    private ExecutionList.Filter filter(Call call) {
        var parameters = call.parameters();
        var region = parameters.region();
        var template = parameters.text("ImagePipelineId").orElse("");
        var execution = parameters.text("ExecutionId").orElse("");
        if (template.isEmpty() && execution.isEmpty()) {
            throw new ApiException(
                    "MissingParameter.ImagePipelineId",
                    400,
                    "The specified parameter ImagePipelineId should not be empty. Give it, or ExecutionId.");
        }
        if (execution.length() > MAX_ID) {
            throw Refusals.invalid(
                    "InvalidExecutionId.SizeExceeded", "ExecutionId", execution, "it has at most 128 characters");
        }
        if (!template.isEmpty()
                && templates
                        .find(new TemplateId(template), call.account())
                        .filter(found -> found.region().equals(region))
                        .isEmpty()) {
            throw Refusals.templateNotFound(template);
        }
        var statuses = statuses(parameters.text("Status").orElse(""));
        return new ExecutionList.Filter(call.account(), region, template, execution, statuses, parameters.tags("Tag"));
    }

    /** REPAIRING is a status of the wire that no execution of ours has: asking for it is fine and finds nothing. */
    private static List<String> statuses(String joined) {
        var known = new HashSet<>(Set.of("REPAIRING"));
        Stream.of(ExecutionStatus.values()).map(Enum::name).forEach(known::add);
        var statuses = joined.isEmpty()
                ? List.<String>of()
                : Arrays.stream(joined.split(",", -1)).map(String::trim).toList();
        for (var status : statuses) {
            if (!known.contains(status)) {
                throw Refusals.invalid(
                        "InvalidParameter.Status",
                        "Status",
                        status,
                        "it has to be statuses of an execution, separated by commas");
            }
        }
        return statuses;
    }

    private String next(Call call, ExecutionList.Listed last) {
        return pagingTokens.write(call, new PagingTokens.Position(last.createdAt(), last.executionId()));
    }

    private static Answer answer(ExecutionList.Listed execution) {
        return new Answer()
                .with("ExecutionId", execution.executionId())
                .with("ImagePipelineId", execution.templateId())
                .with("Status", execution.status().name())
                .with("Message", execution.message())
                .with("ErrorCode", execution.errorCode())
                .with("ErrorInfo", execution.errorInfo())
                .with("ImageId", execution.imageId())
                .with("CreationTime", execution.createdAt())
                .with("ModifiedTime", execution.modifiedAt())
                .with("ResourceGroupId", "")
                .withObjects("Tags", "Tag", Answer.tags(execution.tags()));
    }
}
