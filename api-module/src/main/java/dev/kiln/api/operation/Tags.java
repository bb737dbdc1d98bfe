package dev.kiln.api.operation;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.template.Tag;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Tags as parameters, as a filter, and as members of an answer. */
public final class Tags {

    private static final int MOST = 20;
    private static final int LONGEST = 128;

    public static final ErrorCode DUPLICATE_KEY = new ErrorCode("Duplicate.TagKey", 400, "two tags have the same key");
    public static final ErrorCode INVALID_KEY =
            new ErrorCode("InvalidTagKey.Malformed", 400, "the key of a tag is not valid");
    public static final ErrorCode INVALID_VALUE =
            new ErrorCode("InvalidTagValue.Malformed", 400, "the value of a tag is not valid");
    public static final ErrorCode INVALID_COUNT = new ErrorCode("InvalidTagCount", 400, "more than 20 tags");

    private static final Parameter<String> KEY = Parameter.of(
                    "Key",
                    Scalar.text(
                            "1 to 128 characters that do not begin with aliyun or acs: and hold no http:// or https://",
                            key -> isTagText(key) && !key.startsWith("aliyun")))
            .code(INVALID_KEY)
            .required(INVALID_KEY);

    private static final Parameter<String> VALUE = Parameter.of(
                    "Value",
                    Scalar.text(
                            "at most 128 characters that do not begin with acs: and hold no http:// or https://",
                            Tags::isTagText))
            .code(INVALID_VALUE)
            .or("");

    /** The parameter Tag.N of most operations. */
    public static final Parameter<List<Tag>> TAG = parameter("Tag");

    /** Tags in an answer, each a TagKey with its TagValue. */
    public static final Shape<Tag> SHAPE = Shape.of(Field.text("TagKey", Tag::key), Field.text("TagValue", Tag::value));

    private static final TypeReference<List<Tag>> KEPT = new TypeReference<>() {};
    private static final String NONE = "[]";

    private Tags() {}

    /** Tags from a column of the database; most rows have none, and those are not parsed. */
    public static List<Tag> read(JsonMapper json, String column) {
        return column.equals(NONE) ? List.of() : json.readValue(column, KEPT);
    }

    /** {@code Name.N.Key} and {@code Name.N.Value}, each key once. */
    public static Parameter<List<Tag>> parameter(String name) {
        return parameter(name, INVALID_COUNT);
    }

    /** As {@link #parameter(String)}, with its own code for more than 20. */
    public static Parameter<List<Tag>> parameter(String name, ErrorCode tooMany) {
        var objects = Parameter.objectsForm(
                List.of(KEY, VALUE), values -> new Tag(values.get(KEY), values.get(VALUE)), MOST, tooMany);
        return Parameter.of(name, new EachKeyOnce(objects)).code(DUPLICATE_KEY).or(List.of());
    }

    private record EachKeyOnce(Form<List<Tag>> tags) implements Form<List<Tag>> {

        @Override
        public String type() {
            return tags.type();
        }

        @Override
        public String rule() {
            return "each key once";
        }

        @Override
        public String suffix() {
            return tags.suffix();
        }

        @Override
        public Optional<List<Tag>> read(Sent sent, String name, ErrorCode code) {
            var read = tags.read(sent, name, code);
            var seen = new HashSet<String>();
            read.stream()
                    .flatMap(List::stream)
                    .filter(tag -> !seen.add(tag.key()))
                    .forEach(tag -> sent.refuse(Refusals.invalid(
                            code, sent.wireName(name) + " key", tag.key(), "each key may be given once")));
            return read;
        }

        @Override
        public List<ErrorCode> codes() {
            return Stream.concat(Stream.of(DUPLICATE_KEY), tags.codes().stream())
                    .toList();
        }

        @Override
        public List<Parameter<?>> members() {
            return tags.members();
        }
    }

    private static boolean isTagText(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST
                && !text.startsWith("acs:")
                && !text.contains("http://")
                && !text.contains("https://");
    }

    /** Tags as a filter over a jsonb column of tags ({@code @>}): an empty value matches any value. */
    public static List<Map<String, String>> filter(List<Tag> tags) {
        return tags.stream()
                .map(tag -> tag.value().isEmpty()
                        ? Map.of("key", tag.key())
                        : Map.of("key", tag.key(), "value", tag.value()))
                .toList();
    }
}
