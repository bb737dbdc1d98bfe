package dev.kiln.api.execution;

import static dev.kiln.api.operation.Field.objects;
import static dev.kiln.api.operation.Field.text;
import static dev.kiln.api.operation.Field.time;
import static dev.kiln.api.operation.Parameter.REGION_ID;
import static dev.kiln.api.rpc.PagingTokens.MAX_RESULTS;
import static dev.kiln.api.rpc.PagingTokens.NEXT_TOKEN;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.execution.ExecutionList.Listed;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.operation.Values;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.Listing;
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.execution.ExecutionStatus;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** DescribeImagePipelineExecutions. */
@Component
class DescribeExecutions implements Operation<Listing<Listed>> {

    static final ErrorCode INVALID_STATUS =
            new ErrorCode("InvalidParameter.Status", 400, "not a status of an execution");
    private static final ErrorCode MISSING_ID =
            new ErrorCode("MissingParameter.ImagePipelineId", 400, "neither ImagePipelineId nor ExecutionId is given");
    private static final ErrorCode ID_TOO_LONG =
            new ErrorCode("InvalidExecutionId.SizeExceeded", 400, "more than 128 characters");

    private static final Parameter<String> TEMPLATE =
            Parameter.text("ImagePipelineId").or("");
    private static final Parameter<String> EXECUTION = Parameter.of(
                    "ExecutionId", Scalar.text("at most 128 characters", id -> id.length() <= 128))
            .code(ID_TOO_LONG)
            .or("");
    static final Scalar<List<String>> STATUSES = Scalar.someOf(statuses());
    private static final Parameter<List<String>> STATUS =
            Parameter.of("Status", STATUSES).code(INVALID_STATUS).or(List.of());

    private static final Shape<Listed> EXECUTION_SHAPE = Shape.of(
            text("ExecutionId", Listed::executionId),
            text("ImagePipelineId", Listed::templateId),
            text("Status", execution -> execution.status().name()),
            text("Message", Listed::message),
            text("ErrorCode", Listed::errorCode),
            text("ErrorInfo", Listed::errorInfo),
            text("ImageId", Listed::imageId),
            time("CreationTime", Listed::createdAt),
            time("ModifiedTime", Listed::modifiedAt),
            text("ResourceGroupId", Listed::resourceGroup),
            objects("Tags", "Tag", Listed::tags, Tags.SHAPE));

    private static final Declaration<Listing<Listed>> DECLARATION = new Declaration<>(
            "DescribeImagePipelineExecutions",
            "Lists the executions of a template, newest first, or one by its id; all statuses unless some are given.",
            List.of(REGION_ID, TEMPLATE, EXECUTION, STATUS, Tags.TAG, MAX_RESULTS, NEXT_TOKEN),
            List.of(INVALID_STATUS, MISSING_ID, ID_TOO_LONG, PagingTokens.INVALID_TOKEN, Refusals.TEMPLATE_NOT_FOUND),
            Listing.shape("ImagePipelineExecution", "ImagePipelineExecutionSet", EXECUTION_SHAPE));

    private final ExecutionList executions;
    private final PagingTokens pagingTokens;

    DescribeExecutions(ExecutionList executions, PagingTokens pagingTokens) {
        this.executions = executions;
        this.pagingTokens = pagingTokens;
    }

    /**
     * The wire has a status REPAIRING that no execution here ever has; a filter for it is valid and matches nothing.
     */
    private static List<String> statuses() {
        return Stream.concat(Stream.of(ExecutionStatus.values()).map(Enum::name), Stream.of("REPAIRING"))
                .toList();
    }

    @Override
    public Declaration<Listing<Listed>> declaration() {
        return DECLARATION;
    }

    @Override
    public Stream<ApiException> contradictions(Values given) {
        return given.isGiven(TEMPLATE) || given.isGiven(EXECUTION)
                ? Stream.empty()
                : Stream.of(MISSING_ID.because(
                        "The specified parameter ImagePipelineId should not be empty. Give it, or ExecutionId."));
    }

    /**
     * A Deny on the template refuses its executions here as in the REST API and on the page, where an Allow on the
     * template is needed as well.
     */
    @Override
    public void permit(Call call) {
        call.require(call.resources());
        if (!call.get(TEMPLATE).isEmpty()) {
            call.requireUndenied(call.resource(ResourceType.TEMPLATE, call.get(TEMPLATE)));
        }
    }

    @Override
    public Listing<Listed> run(Call call) {
        var after = pagingTokens.read(call);
        var filter = new ExecutionList.Filter(
                call.account(),
                call.get(REGION_ID),
                call.get(TEMPLATE),
                call.get(EXECUTION),
                call.get(STATUS),
                call.get(Tags.TAG));
        var part = executions
                .list(filter, after, PagingTokens.limit(call))
                .orElseThrow(() -> Refusals.templateNotFound(filter.templateId()));
        return pagingTokens.page(
                call,
                fitting(call.get(PagingTokens.MAX_RESULTS), part.executions()),
                part.total(),
                part.executions(),
                last -> new PagingTokens.Position(last.createdAt(), last.executionId()));
    }

    /** How many of the executions a page can hold; at least one. */
    private static int fitting(int most, List<Listed> found) {
        int size = Math.min(most, found.size());
        int fitting = 0;
        for (int bytes = 0; fitting < size && bytes < PagingTokens.PAGE_BYTES; fitting++) {
            bytes += found.get(fitting).errorInfo().length()
                    + found.get(fitting).message().length();
        }
        return Math.max(1, fitting);
    }
}
