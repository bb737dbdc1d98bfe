package dev.kiln.api.component;

import static dev.kiln.api.component.ComponentParameters.INVALID_SYSTEM_TYPE;
import static dev.kiln.api.component.ComponentParameters.INVALID_TYPE;
import static dev.kiln.api.component.ComponentParameters.INVALID_VERSION;
import static dev.kiln.api.component.ComponentParameters.RESOURCE_GROUP;
import static dev.kiln.api.component.ComponentParameters.SYSTEM_TYPE;
import static dev.kiln.api.component.ComponentParameters.TYPE;
import static dev.kiln.api.operation.Parameter.REGION_ID;
import static dev.kiln.api.rpc.PagingTokens.MAX_RESULTS;
import static dev.kiln.api.rpc.PagingTokens.NEXT_TOKEN;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.operation.Values;
import dev.kiln.api.rpc.Listing;
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.component.Component;
import dev.kiln.component.ComponentContent;
import dev.kiln.component.ComponentParameter;
import dev.kiln.template.BuildContentException;
import dev.kiln.template.ComponentReference.VersionPattern;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Service;

/** DescribeImageComponents. */
@Service
class DescribeComponents implements Operation<Listing<Component>> {

    private static final ErrorCode INVALID_OWNER =
            new ErrorCode("InvalidParameter.Owner", 400, "neither SELF nor ALIYUN");
    private static final ErrorCode TOO_MANY_IDS =
            new ErrorCode("InvalidImageComponentIdSize.ExceededMaxNumber", 400, "more than 20 ids");

    private static final Parameter<List<String>> IDS =
            Parameter.list("ImageComponentId", Scalar.text(), 20, TOO_MANY_IDS);
    private static final Parameter<String> NAME = Parameter.text("Name").or("");
    private static final Parameter<VersionPattern> VERSION = Parameter.of(
                    "ComponentVersion",
                    new Scalar<>("text", "major.minor.patch, where * stands for any, with Name", VersionPattern::parse))
            .code(INVALID_VERSION);
    private static final Parameter<String> OWNER =
            Parameter.oneOf("Owner", "SELF", "ALIYUN").code(INVALID_OWNER).or("SELF");

    private static final Shape<ComponentParameter> PARAMETER = Shape.of(
            Field.text("Name", ComponentParameter::name),
            Field.text("Type", parameter -> parameter.type().wireName()),
            Field.text("DefaultValue", parameter -> parameter.defaultValue().orElse("")));

    private static final Shape<Component> COMPONENT = Shape.of(
            Field.text("ImageComponentId", component -> component.id().value()),
            Field.text("Name", Component::name),
            Field.text("Description", Component::description),
            Field.time("CreationTime", Component::createdAt),
            Field.text("SystemType", component -> component.isForWindows() ? "Windows" : "Linux"),
            Field.text("ComponentType", component -> component.type().wireName()),
            Field.text("ComponentVersion", component -> component.version().toString()),
            Field.text("Content", Component::content),
            Field.text("Owner", component -> "SELF"),
            Field.kept(RESOURCE_GROUP, Component::kept),
            Field.objects("Tags", "Tag", Component::tags, Tags.SHAPE),
            Field.objects("Parameters", "Parameter", DescribeComponents::parameters, PARAMETER));

    private static final Declaration<Listing<Component>> DECLARATION = new Declaration<>(
            "DescribeImageComponents",
            "Lists versions of components, newest first.",
            List.of(
                    REGION_ID,
                    IDS,
                    NAME,
                    VERSION,
                    TYPE,
                    SYSTEM_TYPE,
                    OWNER,
                    RESOURCE_GROUP,
                    Tags.TAG,
                    MAX_RESULTS,
                    NEXT_TOKEN),
            List.of(
                    INVALID_OWNER,
                    TOO_MANY_IDS,
                    INVALID_SYSTEM_TYPE,
                    INVALID_TYPE,
                    INVALID_VERSION,
                    PagingTokens.INVALID_TOKEN),
            Listing.shape("ImageComponent", "ImageComponentSet", COMPONENT));

    private final ComponentSearch search;
    private final PagingTokens pagingTokens;

    DescribeComponents(ComponentSearch search, PagingTokens pagingTokens) {
        this.search = search;
        this.pagingTokens = pagingTokens;
    }

    @Override
    public Declaration<Listing<Component>> declaration() {
        return DECLARATION;
    }

    @Override
    public Stream<ApiException> contradictions(Values given) {
        return given.isGiven(VERSION) && given.get(NAME).isEmpty()
                ? Stream.of(INVALID_VERSION.because("ComponentVersion goes with Name. Give both, or Name alone."))
                : Stream.empty();
    }

    @Override
    public Listing<Component> run(Call call) {
        var after = pagingTokens.read(call);
        if (call.get(OWNER).equals("ALIYUN")) {
            return pagingTokens.page(call, 0, List.of(), DescribeComponents::position); // There are none here.
        }
        var wanted = wanted(call);
        var size = search.fitting(wanted, after, call.get(PagingTokens.MAX_RESULTS));
        return pagingTokens.page(
                call, size, search.count(wanted), search.list(wanted, after, size + 1), DescribeComponents::position);
    }

    private static ComponentSearch.Wanted wanted(Call call) {
        return new ComponentSearch.Wanted(
                call.account(),
                call.get(REGION_ID),
                call.get(IDS),
                call.get(NAME),
                call.find(VERSION).orElse(VersionPattern.ANY),
                call.find(TYPE)
                        .map(type -> ComponentParameters.type(type).name())
                        .orElse(""),
                call.find(SYSTEM_TYPE).orElse(""),
                call.find(RESOURCE_GROUP).orElse(""),
                call.get(Tags.TAG));
    }

    private static PagingTokens.Position position(Component last) {
        return new PagingTokens.Position(last.createdAt(), last.id().value());
    }

    private static List<ComponentParameter> parameters(Component component) {
        try {
            return ComponentContent.parse(component.content(), component.label())
                    .parameters();
        } catch (BuildContentException e) {
            throw new IllegalStateException("component " + component.id() + " was checked when it was made", e);
        }
    }
}
