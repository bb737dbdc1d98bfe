package dev.kiln.api.rpc;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.signature.Signatures;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The parameters of a request, query and form together; an empty value counts as not given. */
public final class Parameters {

    private static final int MAX_LIST = 20;
    private static final int MAX_TAG = 128;
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern INDEX = Pattern.compile("[1-9]\\d{0,8}");

    /** Parameters of the protocol, which say nothing of what is asked for. */
    private static final Set<String> COMMON = Set.of(
            "Action",
            "Version",
            "Format",
            "AccessKeyId",
            "Signature",
            "SignatureMethod",
            "SignatureVersion",
            "SignatureNonce",
            "SignatureType",
            "Timestamp",
            "SecurityToken",
            "ClientToken",
            "OwnerId",
            "OwnerAccount",
            "ResourceOwnerId",
            "ResourceOwnerAccount");

    private final Map<String, String> values;

    public Parameters(Map<String, String> values) {
        this.values = values;
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    public String required(String name) {
        return text(name).orElseThrow(() -> Refusals.missing(name));
    }

    /** RegionId, which every operation but DescribeRegions requires. */
    public RegionId region() {
        return region(required("RegionId"));
    }

    /** A region's name; one that cannot be a name is answered like one that nobody has. */
    public static RegionId region(String name) {
        try {
            return new RegionId(name);
        } catch (IllegalArgumentException e) {
            throw Refusals.regionNotFound(name);
        }
    }

    /** A decimal number within bounds, or the default when it is not given. */
    public int integer(String name, int byDefault, int min, int max, String code) {
        var given = text(name);
        if (given.isEmpty()) {
            return byDefault;
        }
        if (INTEGER.matcher(given.get()).matches()) {
            var number = Long.parseLong(given.get());
            if (number >= min && number <= max) {
                return (int) number;
            }
        }
        throw Refusals.invalid(code, name, given.get(), "it has to be a whole number from " + min + " to " + max);
    }

    public boolean flag(String name, boolean byDefault) {
        return text(name)
                .map(value -> switch (value.toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw Refusals.invalid("Invalid" + name, name, value, "it has to be true or false");
                })
                .orElse(byDefault);
    }

    /** One of some words, or nothing when it is not given. */
    public Optional<String> word(String name, String code, List<String> allowed) {
        var given = text(name);
        given.filter(value -> !allowed.contains(value)).ifPresent(value -> {
            throw Refusals.invalid(code, name, value, "it has to be one of " + String.join(", ", allowed));
        });
        return given;
    }

    /** The values of Name.1, Name.2 and so on, in that order; an index above the largest is refused with the code. */
    public List<String> list(String name, int max, String tooManyCode) {
        var byIndex = new TreeMap<Integer, String>();
        var prefix = name + ".";
        values.forEach((key, value) -> {
            if (key.startsWith(prefix) && !value.isEmpty()) {
                byIndex.put(index(name, key.substring(prefix.length()), max, tooManyCode), value);
            }
        });
        return List.copyOf(byIndex.values());
    }

    /** Name.N.Key and Name.N.Value as tags, checked by the rules for tags. */
    public List<Tag> tags(String name) {
        var keys = new TreeMap<Integer, String>();
        var tagValues = new TreeMap<Integer, String>();
        var prefix = name + ".";
        values.forEach((key, value) -> {
            var dot = key.indexOf('.', prefix.length());
            if (key.startsWith(prefix) && dot > 0) {
                var index = index(name, key.substring(prefix.length(), dot), MAX_LIST, "InvalidTagCount");
                switch (key.substring(dot + 1)) {
                    case "Key" -> keys.put(index, value);
                    case "Value" -> tagValues.put(index, value);
                    default ->
                        throw Refusals.invalid("InvalidTagKey.Malformed", "tag", key, "it has a Key and a Value");
                }
            }
        });
        var tags = new ArrayList<Tag>();
        keys.forEach((index, key) -> tags.add(new Tag(key, tagValues.getOrDefault(index, ""))));
        if (!keys.keySet().containsAll(tagValues.keySet())) {
            throw Refusals.invalid("InvalidTagKey.Malformed", "tag key", "", "every Value needs its Key");
        }
        check(tags);
        return List.copyOf(tags);
    }

    private static int index(String name, String index, int max, String tooManyCode) {
        if (!INDEX.matcher(index).matches()) {
            throw Refusals.invalid("InvalidParameter", "index of " + name, index, "lists are numbered from 1");
        }
        var number = Integer.parseInt(index);
        if (number > max) {
            throw new ApiException(
                    tooManyCode,
                    400,
                    "The specified " + name + "." + number + " is one too many: at most " + max + " are allowed.");
        }
        return number;
    }

    private static void check(List<Tag> tags) {
        var seen = new HashSet<String>();
        for (var tag : tags) {
            var key = tag.key();
            if (key.isEmpty() || tooLong(key) || key.startsWith("aliyun") || key.startsWith("acs:") || isUrl(key)) {
                throw Refusals.invalid(
                        "InvalidTagKey.Malformed",
                        "tag key",
                        key,
                        "it has 1 to 128 characters, does not begin with aliyun or acs: and holds no http:// or https://");
            }
            if (tooLong(tag.value()) || tag.value().startsWith("acs:") || isUrl(tag.value())) {
                throw Refusals.invalid(
                        "InvalidTagValue.Malformed",
                        "tag value",
                        tag.value(),
                        "it has at most 128 characters, does not begin with acs: and holds no http:// or https://");
            }
            if (!seen.add(key)) {
                throw Refusals.invalid("Duplicate.TagKey", "tag key", key, "each key may be given once");
            }
        }
    }

    private static boolean tooLong(String text) {
        return text.codePointCount(0, text.length()) > MAX_TAG;
    }

    private static boolean isUrl(String text) {
        return text.contains("http://") || text.contains("https://");
    }

    /** Tags as a filter over a jsonb column of tags ({@code @>}): an empty value matches any value. */
    public static List<Map<String, String>> tagFilter(List<Tag> tags) {
        return tags.stream()
                .map(tag -> tag.value().isEmpty()
                        ? Map.of("key", tag.key())
                        : Map.of("key", tag.key(), "value", tag.value()))
                .toList();
    }

    /** Whether a parameter of this name, or a member of it, is given. */
    public boolean mentions(String name) {
        return values.entrySet().stream()
                .anyMatch(pair -> !pair.getValue().isEmpty()
                        && (pair.getKey().equals(name) || pair.getKey().startsWith(name + ".")));
    }

    /** SHA-256 over what is asked for: the same for a retry, whatever its nonce, time stamp or parameter order. */
    String digest() {
        return digest(Set.of());
    }

    /** The same without the page asked for: equal for all pages of one listing. */
    String filterDigest() {
        return digest(Set.of("NextToken", "MaxResults"));
    }

    private String digest(Set<String> except) {
        var own = new StringBuilder();
        new TreeMap<>(values).forEach((name, value) -> {
            if (!COMMON.contains(name) && !except.contains(name) && !value.isEmpty()) {
                own.append(name.length()).append(':').append(name);
                own.append(value.length()).append(':').append(value);
            }
        });
        return Signatures.sha256(own.toString().getBytes(StandardCharsets.UTF_8));
    }
}
