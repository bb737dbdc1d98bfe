package dev.kiln.api.image;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Values;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** UntagResources. */
@Component
class UntagImages implements Operation<Done> {

    private static final ErrorCode CONFLICT = new ErrorCode("Param.Conflict", 403, "All together with TagKey");

    private static final Parameter<List<String>> KEYS =
            Parameter.list("TagKey", Scalar.text(), TagParameters.MOST_TAGS, TagParameters.TOO_MANY_TAGS);
    private static final Parameter<Boolean> ALL = Parameter.flag("All").or(false);

    private static final Declaration<Done> DECLARATION = new Declaration<>(
            "UntagResources",
            "Removes some or all tags of images of the account. Keys that an image does not have are ignored.",
            List.of(TagParameters.REGION, TagParameters.TYPE, TagParameters.REQUIRED_IDS, KEYS, ALL),
            List.of(
                    TagParameters.TOO_MANY_IDS,
                    TagParameters.TOO_MANY_TAGS,
                    CONFLICT,
                    TagParameters.MISSING_IDS,
                    TagParameters.MISSING_TYPE,
                    TagParameters.MISSING_TAGS,
                    TagParameters.MISSING_REGION,
                    TagParameters.NOT_FOUND,
                    TagParameters.UNKNOWN_TYPE),
            Done.SHAPE);

    private final TagChange change;

    UntagImages(TagChange change) {
        this.change = change;
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    @Override
    public Stream<ApiException> contradictions(Values given) {
        return given.isGiven(KEYS) && given.find(ALL).orElse(false)
                ? Stream.of(CONFLICT.because("All goes without TagKey. Leave one of them out."))
                : Stream.empty();
    }

    @Override
    public Done run(Call call) {
        var keys = call.get(KEYS);
        if (keys.isEmpty() && !call.get(ALL)) {
            throw Refusals.missing(TagParameters.MISSING_TAGS, "TagKey");
        }
        change.run(
                call,
                image -> image.tags().stream()
                        .filter(tag -> !call.get(ALL) && !keys.contains(tag.key()))
                        .toList());
        return Done.DONE;
    }
}
