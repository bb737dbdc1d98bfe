package dev.kiln.api.image;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Parameters;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the parameters of DescribeImages. */
final class ImageQuestion {

    private static final int MAX_FILTERS = 20;
    private static final int MAX_IDS = 100;
    private static final Pattern ACCOUNT = Pattern.compile("\\d{1,16}");
    private static final List<String> FILTER_KEYS = List.of("CreationStartTime", "CreationEndTime", "NetworkType");

    /** Statuses of the wire that no image of ours has. */
    private static final List<String> NEVER = List.of("UnAvailable", "Deprecated");

    private final Call call;
    private final Parameters parameters;

    ImageQuestion(Call call) {
        this.call = call;
        this.parameters = call.parameters();
    }

    ImageSearch.Wanted read() {
        var region = parameters.region();
        checkMeaningless();
        var alias = parameters
                .word(
                        "ImageOwnerAlias",
                        "InvalidImageOwnerAlias.ValueNotSupported",
                        List.of("system", "self", "others", "marketplace"))
                .orElse("");
        var none = parameters.flag("IsPublic", false)
                || parameters.text("SnapshotId").isPresent()
                || isWindows();
        var filters = filters();
        return new ImageSearch.Wanted(
                call.account(),
                region,
                !none && (alias.isEmpty() || alias.equals("self")),
                !none && (alias.isEmpty() || alias.equals("others")),
                ids(),
                pattern(parameters.text("ImageName").orElse("")),
                parameters.text("ImageFamily").orElse(""),
                owner(),
                states(parameters.text("Status").orElse("Available")),
                parameters.tags("Tag"),
                time(filters, "CreationStartTime"),
                time(filters, "CreationEndTime"));
    }

    private void checkMeaningless() {
        oneOf("Architecture", "InvalidArchitecture", List.of("i386", "x86_64", "arm64"));
        oneOf("Usage", "InvalidUsage", List.of("instance", "none"));
        oneOf("OSType", "InvalidOSType", List.of("linux", "windows"));
        parameters.word("ActionType", "InvalidActionType", List.of("CreateEcs", "ChangeOS"));
        for (var name : List.of("IsSupportIoOptimized", "IsSupportCloudinit", "ShowExpired", "Usable", "DryRun")) {
            parameters.flag(name, false);
        }
    }

    private void oneOf(String name, String code, List<String> words) {
        parameters
                .text(name)
                .filter(word -> !words.contains(word.toLowerCase(Locale.ROOT)))
                .ifPresent(word -> {
                    throw new ApiException(
                            code,
                            404,
                            "The specified " + name + " " + Refusals.quoted(word) + " is not one of "
                                    + String.join(", ", words) + ".");
                });
    }

    private boolean isWindows() {
        return parameters.text("OSType").filter("windows"::equalsIgnoreCase).isPresent();
    }

    private List<String> ids() {
        var ids =
                parameters.text("ImageId").map(text -> List.of(text.split(","))).orElse(List.of());
        if (ids.size() > MAX_IDS) {
            throw Refusals.invalid("InvalidImageId", "ImageId", ids.size() + " ids", "at most 100 may be given");
        }
        return ids.stream().map(String::trim).filter(id -> !id.isEmpty()).toList();
    }

    /** A LIKE pattern: with asterisks the whole name is meant, without them a part of it. */
    static String pattern(String name) {
        var escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
        if (name.isEmpty()) {
            return "";
        }
        return name.contains("*") ? escaped.replace('*', '%') : "%" + escaped + "%";
    }

    private long owner() {
        var owner = parameters.text("ImageOwnerId").orElse("0");
        if (!ACCOUNT.matcher(owner).matches()) {
            throw Refusals.invalid(
                    "InvalidOperation.ImageOwnerIdUnsupported", "ImageOwnerId", owner, "it has to be a number");
        }
        return Long.parseLong(owner);
    }

    private static List<String> states(String joined) {
        var states = new ArrayList<String>();
        for (var status : joined.split(",", -1)) {
            var known = Arrays.stream(Image.State.values())
                    .filter(state -> state.wire().equals(status.trim()))
                    .findFirst();
            known.ifPresent(state -> states.add(state.name()));
            if (known.isEmpty() && !NEVER.contains(status.trim())) {
                var words = Stream.concat(Arrays.stream(Image.State.values()).map(Image.State::wire), NEVER.stream());
                throw Refusals.invalid(
                        "InvalidStatus",
                        "Status",
                        status,
                        "it has to be of " + String.join(", ", words.toList()) + ", separated by commas");
            }
        }
        return states;
    }

    private Map<String, String> filters() {
        var filters = new HashMap<String, String>();
        for (var at = 1; at <= MAX_FILTERS; at++) {
            var key = parameters.text("Filter." + at + ".Key");
            var value = parameters.text("Filter." + at + ".Value").orElse("");
            key.filter(word -> !FILTER_KEYS.contains(word)).ifPresent(word -> {
                throw new ApiException(
                        "InvalidFilterKey.NotFound",
                        404,
                        "The specified filter key " + Refusals.quoted(word) + " is not one of "
                                + String.join(", ", FILTER_KEYS) + ".");
            });
            key.ifPresent(word -> filters.put(word, value));
        }
        var network = filters.getOrDefault("NetworkType", "vpc");
        if (!network.equals("vpc") && !network.equals("classic")) {
            throw Refusals.invalid(
                    "InvalidFilterValue.NetworkType", "NetworkType", network, "it has to be vpc or classic");
        }
        return filters;
    }

    private static Optional<Instant> time(Map<String, String> filters, String key) {
        try {
            return Optional.ofNullable(filters.get(key))
                    .map(value -> value.length() == "yyyy-MM-ddTHH:mmZ".length() ? value.replace("Z", ":00Z") : value)
                    .map(value -> DateTimeFormatter.ISO_INSTANT.parse(value, Instant::from));
        } catch (DateTimeException e) {
            throw new ApiException(
                    "InvalidFilterValue", 404, "The specified " + key + " is not a time like 2026-01-31T08:15Z.");
        }
    }
}
