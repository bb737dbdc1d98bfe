package dev.kiln.api.operation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An object of an answer: its members in order. JSON and XML are two renderings of the tree that it makes. */
public record Shape<S>(List<Field<S>> fields) {

    @SafeVarargs
    @SuppressWarnings("varargs") // The array goes to List.of, which is safe.
    public static <S> Shape<S> of(Field<S>... fields) {
        return new Shape<>(List.of(fields));
    }

    /** The members' values: texts, numbers, booleans, lists and maps. */
    public Map<String, Object> tree(S from) {
        var tree = new LinkedHashMap<String, Object>();
        fields.forEach(field -> field.value().apply(from).ifPresent(value -> tree.put(field.name(), value)));
        return tree;
    }

    /** What docs/api.md says: a line for each leaf. */
    public Stream<String> lines() {
        return fields.stream().flatMap(field -> field.lines().stream());
    }
}
