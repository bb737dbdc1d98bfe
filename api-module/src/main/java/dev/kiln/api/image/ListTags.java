package dev.kiln.api.image;

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
import dev.kiln.api.rpc.PagingTokens;
import dev.kiln.image.ImageId;
import dev.kiln.template.Tag;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** ListTagResources. */
@Component
class ListTags implements Operation<ListTags.Page> {

    /** A tag of an image. */
    record Tagged(ImageId image, Tag tag) {}

    /** A page of tags, sorted by image and key. */
    record Page(List<Tagged> tags, String next) {}

    /** A key and its accepted values; without values, any value is accepted. */
    record TagFilter(String key, List<String> values) {}

    private static final int PAGE = 50;

    private static final ErrorCode NEITHER =
            new ErrorCode("BothEmpty.TagsAndResources", 403, "neither ids nor tags are given");

    private static final Parameter<List<Tag>> TAGS = Tags.parameter("Tag", TagParameters.TOO_MANY_TAGS);
    private static final Parameter<String> FILTER_KEY = Parameter.text("TagKey").or("");
    private static final Parameter<List<String>> FILTER_VALUES =
            Parameter.list("TagValues", Scalar.text(), TagParameters.MOST_TAGS, TagParameters.TOO_MANY_TAGS);
    private static final Parameter<List<TagFilter>> FILTERS = Parameter.objects(
            "TagFilter",
            List.of(FILTER_KEY, FILTER_VALUES),
            filter -> new TagFilter(filter.get(FILTER_KEY), filter.get(FILTER_VALUES)),
            TagParameters.MOST_TAGS,
            TagParameters.TOO_MANY_TAGS);

    private static final Shape<Tagged> TAGGED = Shape.of(
            Field.text("ResourceId", tagged -> tagged.image().value()),
            Field.text("ResourceType", tagged -> "image"),
            Field.text("TagKey", tagged -> tagged.tag().key()),
            Field.text("TagValue", tagged -> tagged.tag().value()));

    private static final Declaration<Page> DECLARATION = new Declaration<>(
            "ListTagResources",
            "Lists the tags of the account's images, by image and key, " + PAGE + " a page. Tag and TagFilter choose"
                    + " images; all tags of those images are listed.",
            List.of(
                    TagParameters.REGION,
                    TagParameters.TYPE,
                    TagParameters.IDS,
                    TAGS,
                    FILTERS,
                    PagingTokens.NEXT_TOKEN),
            List.of(
                    TagParameters.TOO_MANY_IDS,
                    TagParameters.TOO_MANY_TAGS,
                    Tags.DUPLICATE_KEY,
                    Tags.INVALID_KEY,
                    Tags.INVALID_VALUE,
                    NEITHER,
                    PagingTokens.INVALID_TOKEN,
                    TagParameters.MISSING_TYPE,
                    TagParameters.MISSING_REGION,
                    TagParameters.UNKNOWN_TYPE),
            Shape.of(
                    Field.text("NextToken", Page::next),
                    Field.objects("TagResources", "TagResource", Page::tags, TAGGED)));

    private final ImageTags tags;
    private final PagingTokens pagingTokens;

    ListTags(ImageTags tags, PagingTokens pagingTokens) {
        this.tags = tags;
        this.pagingTokens = pagingTokens;
    }

    @Override
    public Declaration<Page> declaration() {
        return DECLARATION;
    }

    @Override
    public Stream<ApiException> contradictions(Values given) {
        return Stream.of(TagParameters.IDS, TAGS, FILTERS).anyMatch(given::isGiven)
                ? Stream.empty()
                : Stream.of(NEITHER.because("Give ResourceId.N, Tag.N or TagFilter.N."));
    }

    @Override
    public Page run(Call call) {
        var wanted = new ImageTags.Wanted(
                call.account(),
                call.get(TagParameters.REGION),
                call.get(TagParameters.IDS),
                call.get(TAGS),
                call.get(FILTERS));
        var found = tags.list(wanted, tagged(pagingTokens.read(call)), PAGE + 1);
        var next = pagingTokens.next(call, PAGE, found, ListTags::position);
        return new Page(found.subList(0, Math.min(PAGE, found.size())), next);
    }

    private static PagingTokens.Position position(Tagged last) {
        return new PagingTokens.Position(
                Instant.EPOCH, last.image() + " " + last.tag().key());
    }

    private static Tagged tagged(PagingTokens.Position position) {
        int blank = position.id().indexOf(' ');
        return blank < 0
                ? new Tagged(new ImageId(""), new Tag("", ""))
                : new Tagged(
                        new ImageId(position.id().substring(0, blank)),
                        new Tag(position.id().substring(blank + 1), ""));
    }
}
