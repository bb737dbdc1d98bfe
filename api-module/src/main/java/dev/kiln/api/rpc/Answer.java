package dev.kiln.api.rpc;

import dev.kiln.template.Tag;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer as a tree, in the order in which it was built; JSON and XML are two renderings of it. A list is an object
 * with one member that holds the array, as the vendor's SDKs insist.
 */
public final class Answer {

    private final Map<String, Object> members = new LinkedHashMap<>();

    public Answer with(String name, String value) {
        return put(name, value);
    }

    public Answer with(String name, long value) {
        return put(name, value);
    }

    public Answer with(String name, boolean value) {
        return put(name, value);
    }

    public Answer with(String name, Answer object) {
        return put(name, object.members);
    }

    /** A time as the wire writes it: UTC, whole seconds. */
    public Answer with(String name, Instant time) {
        return put(name, DateTimeFormatter.ISO_INSTANT.format(time.truncatedTo(ChronoUnit.SECONDS)));
    }

    /** A list of texts: {@code {"ToRegionIds":{"ToRegionId":["…"]}}}. */
    public Answer withTexts(String wrapper, String item, List<String> texts) {
        return put(wrapper, Map.of(item, List.copyOf(texts)));
    }

    /** A list of objects: {@code {"Regions":{"Region":[{…}]}}}. */
    public Answer withObjects(String wrapper, String item, List<Answer> objects) {
        return put(
                wrapper,
                Map.of(item, objects.stream().map(object -> object.members).toList()));
    }

    /** Tags as answers write them, for {@link #withObjects}. */
    public static List<Answer> tags(List<Tag> tags) {
        return tags.stream()
                .map(tag -> new Answer().with("TagKey", tag.key()).with("TagValue", tag.value()))
                .toList();
    }

    private Answer put(String name, Object value) {
        members.put(name, value);
        return this;
    }

    /** The tree: texts, numbers, booleans, lists and maps. */
    Map<String, Object> members() {
        return Collections.unmodifiableMap(members);
    }
}
