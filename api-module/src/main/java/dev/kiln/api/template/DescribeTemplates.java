package dev.kiln.api.template;

import static dev.kiln.api.operation.Parameter.REGION_ID;
import static dev.kiln.api.rpc.PagingTokens.MAX_RESULTS;
import static dev.kiln.api.rpc.PagingTokens.NEXT_TOKEN;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.rpc.Listing;
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.template.Template;
import java.util.List;
import org.springframework.stereotype.Component;

/** DescribeImagePipelines. */
@Component
class DescribeTemplates implements Operation<Listing<Template>> {

    private static final ErrorCode TOO_MANY_IDS =
            new ErrorCode("InvalidImagePipelineIdSize.ExceededMaxNumber", 400, "more than 20 ids");

    private static final Parameter<List<String>> IDS =
            Parameter.list("ImagePipelineId", Scalar.text(), 20, TOO_MANY_IDS);
    private static final Parameter<String> RESOURCE_GROUP =
            Parameter.text("ResourceGroupId").or("");

    private static final Declaration<Listing<Template>> DECLARATION = new Declaration<>(
            "DescribeImagePipelines",
            "Lists templates, newest first.",
            List.of(REGION_ID, IDS, TemplateParameters.NAME, RESOURCE_GROUP, Tags.TAG, MAX_RESULTS, NEXT_TOKEN),
            List.of(TOO_MANY_IDS, TemplateParameters.INVALID_NAME, PagingTokens.INVALID_TOKEN),
            Listing.shape("ImagePipeline", "ImagePipelineSet", TemplateShape.SHAPE));

    private final Templates templates;
    private final PagingTokens pagingTokens;

    DescribeTemplates(Templates templates, PagingTokens pagingTokens) {
        this.templates = templates;
        this.pagingTokens = pagingTokens;
    }

    @Override
    public Declaration<Listing<Template>> declaration() {
        return DECLARATION;
    }

    @Override
    public Listing<Template> run(Call call) {
        var filter = new Templates.Filter(
                call.account(),
                call.get(REGION_ID),
                call.get(IDS),
                call.find(TemplateParameters.NAME).orElse(""),
                call.get(RESOURCE_GROUP),
                call.get(Tags.TAG));
        var after = pagingTokens.read(call);
        var size = templates.fitting(filter, after, call.get(MAX_RESULTS));
        return pagingTokens.page(
                call,
                size,
                templates.count(filter),
                templates.list(filter, after, size + 1),
                last -> new PagingTokens.Position(last.createdAt(), last.id().value()));
    }
}
