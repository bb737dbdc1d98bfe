package dev.kiln.api.image;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Tags;
import dev.kiln.template.Tag;
import java.util.LinkedHashMap;
import java.util.List;
import org.springframework.stereotype.Component;

/** TagResources. */
@Component
class TagImages implements Operation<Done> {

    private static final ErrorCode QUOTA =
            new ErrorCode("OperationDenied.QuotaExceed", 400, "an image would have more than 20 tags");

    private static final Parameter<List<Tag>> TAGS =
            Tags.parameter("Tag", TagParameters.TOO_MANY_TAGS).required(TagParameters.MISSING_TAGS);

    private static final Declaration<Done> DECLARATION = new Declaration<>(
            "TagResources",
            "Tags images of the account, all or none. A tag with an existing key replaces the old one.",
            List.of(TagParameters.REGION, TagParameters.TYPE, TagParameters.REQUIRED_IDS, TAGS),
            List.of(
                    TagParameters.TOO_MANY_IDS,
                    TagParameters.TOO_MANY_TAGS,
                    Tags.DUPLICATE_KEY,
                    Tags.INVALID_KEY,
                    Tags.INVALID_VALUE,
                    QUOTA,
                    TagParameters.MISSING_IDS,
                    TagParameters.MISSING_TYPE,
                    TagParameters.MISSING_TAGS,
                    TagParameters.MISSING_REGION,
                    TagParameters.NOT_FOUND,
                    TagParameters.UNKNOWN_TYPE),
            Done.SHAPE);

    private final TagChange change;

    TagImages(TagChange change) {
        this.change = change;
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    @Override
    public Done run(Call call) {
        change.run(call, image -> merged(image, call.get(TAGS)));
        return Done.DONE;
    }

    private static List<Tag> merged(Image image, List<Tag> added) {
        var tags = new LinkedHashMap<String, Tag>();
        image.tags().forEach(tag -> tags.put(tag.key(), tag));
        added.forEach(tag -> tags.put(tag.key(), tag));
        if (tags.size() > TagParameters.MOST_TAGS) {
            throw QUOTA.because("Image " + image.id() + " would have " + tags.size() + " tags, and may have "
                    + TagParameters.MOST_TAGS + ". Remove some first.");
        }
        return List.copyOf(tags.values());
    }
}
