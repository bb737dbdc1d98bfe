package dev.kiln.api.operation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An object of an answer: its members in order. It makes a tree, which is rendered as JSON or XML. */
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

    /** Its lines in docs/api.md, one for each leaf. */
    public Stream<String> lines() {
        return fields.stream().flatMap(field -> field.lines().stream());
    }
}
