package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.flag;
import static dev.kiln.api.operation.Parameter.oneOf;
import static dev.kiln.api.operation.Parameter.text;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.operation.Values;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The filters of DescribeImages. */
final class ImageFilters {

    static final ErrorCode INVALID_ALIAS =
            new ErrorCode("InvalidImageOwnerAlias.ValueNotSupported", 400, "not system, self, others or marketplace");
    static final ErrorCode INVALID_TYPE =
            new ErrorCode("InvalidFilterValue.NetworkType", 400, "neither vpc nor classic");
    static final ErrorCode INVALID_OWNER =
            new ErrorCode("InvalidOperation.ImageOwnerIdUnsupported", 400, "ImageOwnerId is not a number");
    static final ErrorCode INVALID_KEY = new ErrorCode("InvalidFilterKey.NotFound", 404, "unknown Filter.N.Key");
    static final ErrorCode INVALID_VALUE = new ErrorCode("InvalidFilterValue", 404, "Filter.N.Value is not a time");
    static final ErrorCode INVALID_USAGE = new ErrorCode("InvalidUsage", 404, "unknown Usage");
    static final ErrorCode INVALID_OS_TYPE = new ErrorCode("InvalidOSType", 404, "unknown OSType");
    static final ErrorCode INVALID_ARCHITECTURE = new ErrorCode("InvalidArchitecture", 404, "unknown Architecture");

    /** A wire status that no image here has. */
    private static final String NEVER = "UnAvailable";

    static final Parameter<List<String>> IDS = Parameter.of(
                    "ImageId",
                    new Scalar<>(
                            "text",
                            "ids separated by commas, at most 100",
                            text -> Optional.of(text.split(","))
                                    .filter(ids -> ids.length <= 100)
                                    .map(ids -> Stream.of(ids)
                                            .map(String::trim)
                                            .filter(id -> !id.isEmpty())
                                            .toList())
                                    // Commas without an id must not match every image.
                                    .filter(ids -> !ids.isEmpty())))
            .or(List.of());
    static final Parameter<String> NAME = text("ImageName").or("");
    static final Parameter<String> FAMILY = text("ImageFamily").or("");
    static final Parameter<String> SNAPSHOT = text("SnapshotId");
    static final Parameter<String> INSTANCE_TYPE = text("InstanceType").checked();
    static final Parameter<String> RESOURCE_GROUP = text("ResourceGroupId").or("");
    static final Parameter<Long> OWNER = Parameter.of(
                    "ImageOwnerId",
                    new Scalar<>(
                            "integer",
                            "a number of at most 16 digits",
                            text -> Optional.of(text)
                                    .filter(number -> number.matches("\\d{1,16}"))
                                    .map(Long::parseLong)))
            .code(INVALID_OWNER);
    static final Parameter<List<String>> STATUS =
            Parameter.of("Status", Scalar.someOf(statuses())).or(List.of(Image.State.COPIED.wire()));
    static final Parameter<String> ALIAS =
            oneOf("ImageOwnerAlias", "system", "self", "others", "marketplace").code(INVALID_ALIAS);
    static final Parameter<String> OS_TYPE =
            Parameter.of("OSType", Scalar.oneOfInAnyCase("linux", "windows")).code(INVALID_OS_TYPE);
    static final Parameter<String> ARCHITECTURE = Parameter.of(
                    "Architecture", Scalar.oneOfInAnyCase("i386", "x86_64", "arm64"))
            .code(INVALID_ARCHITECTURE)
            .or("");
    static final Parameter<String> USAGE =
            Parameter.of("Usage", Scalar.oneOfInAnyCase("instance", "none")).code(INVALID_USAGE);
    static final Parameter<Boolean> IS_PUBLIC = flag("IsPublic").or(false);

    /** Filters that every image here matches, or for which nothing is known of any image. */
    static final List<Parameter<?>> CHECKED = List.of(
            INSTANCE_TYPE,
            oneOf("ActionType", "CreateEcs", "ChangeOS").checked(),
            flag("IsSupportIoOptimized").checked(),
            flag("IsSupportCloudinit").checked(),
            flag("ShowExpired").checked(),
            flag("Usable").checked());

    private record Filter(String key, String value) {}

    private static final Parameter<String> FILTER_KEY = oneOf(
                    "Key", "CreationStartTime", "CreationEndTime", "NetworkType")
            .code(INVALID_KEY)
            .required(INVALID_KEY);
    private static final Parameter<String> FILTER_VALUE = text("Value").or("");

    static final Parameter<List<Filter>> FILTER = Parameter.objects(
            "Filter",
            List.of(FILTER_KEY, FILTER_VALUE),
            filter -> new Filter(filter.get(FILTER_KEY), filter.get(FILTER_VALUE)),
            20,
            ErrorCode.INVALID_PARAMETER);

    private ImageFilters() {}

    private static List<String> statuses() {
        return Stream.concat(
                        Arrays.stream(Image.State.values()).map(Image.State::wire), Stream.of(Image.DEPRECATED, NEVER))
                .toList();
    }

    static Stream<ApiException> contradictions(Values given) {
        return given.get(FILTER).stream().flatMap(filter -> wrong(filter).stream());
    }

    private static Optional<ApiException> wrong(Filter filter) {
        if (filter.key().equals("NetworkType")) {
            return List.of("vpc", "classic").contains(filter.value())
                    ? Optional.empty()
                    : Optional.of(Refusals.invalid(
                            INVALID_TYPE, "NetworkType", filter.value(), "it has to be vpc or classic"));
        }
        return time(filter.value()).isPresent()
                ? Optional.empty()
                : Optional.of(Refusals.invalid(
                        INVALID_VALUE, filter.key(), filter.value(), "it has to be a time like 2026-01-31T08:15Z"));
    }

    static ImageSearch.Wanted wanted(Call call) {
        var none = call.get(IS_PUBLIC)
                || call.find(SNAPSHOT).isPresent()
                || call.find(OS_TYPE).equals(Optional.of("windows"))
                || call.find(USAGE).equals(Optional.of("instance"));
        var alias = call.find(ALIAS);
        return new ImageSearch.Wanted(
                call.account(),
                call.get(Parameter.REGION_ID),
                !none && alias.orElse("self").equals("self"),
                !none && alias.orElse("others").equals("others"),
                call.get(IDS),
                pattern(call.get(NAME)),
                call.get(FAMILY),
                call.find(OWNER).orElse(0L),
                states(call.get(STATUS)),
                call.get(ARCHITECTURE),
                call.get(RESOURCE_GROUP),
                call.get(Tags.TAG),
                time(call, "CreationStartTime"),
                time(call, "CreationEndTime"));
    }

    /** A LIKE pattern: a name with asterisks matches the whole name, one without matches a part of it. */
    private static String pattern(String name) {
        var escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
        if (name.isEmpty()) {
            return "";
        }
        return name.contains("*") ? escaped.replace('*', '%') : "%" + escaped + "%";
    }

    /** The states that the search has; a deprecated image is not COPIED there. */
    private static List<String> states(List<String> wire) {
        return Stream.concat(
                        Arrays.stream(Image.State.values())
                                .filter(state -> wire.contains(state.wire()))
                                .map(Enum::name),
                        wire.stream().filter(Image.DEPRECATED::equals).map(word -> word.toUpperCase(Locale.ROOT)))
                .toList();
    }

    private static Optional<Instant> time(Call call, String key) {
        return call.get(FILTER).stream()
                .filter(filter -> filter.key().equals(key))
                .flatMap(filter -> time(filter.value()).stream())
                .reduce((earlier, later) -> later);
    }

    private static Optional<Instant> time(String value) {
        try {
            var seconds = value.length() == "yyyy-MM-ddTHH:mmZ".length() ? value.replace("Z", ":00Z") : value;
            return Optional.of(DateTimeFormatter.ISO_INSTANT.parse(seconds, Instant::from));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
