package dev.kiln.api.operation;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * A member of an answer.
 *
 * @param lines its lines in docs/api.md, one for each leaf
 * @param value what is written for an object; empty leaves the member out
 */
public record Field<S>(String name, List<String> lines, Function<S, Optional<Object>> value) {

    /** An optional value. */
    public static <S, T> Field<S> leaf(String name, String type, Function<S, Optional<T>> value) {
        return new Field<>(name, List.of(name + ": " + type), value.andThen(found -> found.map(Object.class::cast)));
    }

    public static <S> Field<S> text(String name, Function<S, String> value) {
        return leaf(name, "text", value.andThen(Optional::of));
    }

    public static <S> Field<S> integer(String name, ToLongFunction<S> value) {
        return leaf(name, "integer", from -> Optional.of(value.applyAsLong(from)));
    }

    public static <S> Field<S> flag(String name, Predicate<S> value) {
        return leaf(name, "boolean", from -> Optional.of(value.test(from)));
    }

    /** A time as the wire writes it: UTC, whole seconds. */
    public static <S> Field<S> time(String name, Function<S, Instant> value) {
        return leaf(
                name,
                "time",
                from -> Optional.of(
                        DateTimeFormatter.ISO_INSTANT.format(value.apply(from).truncatedTo(ChronoUnit.SECONDS))));
    }

    /** A list of texts: {@code {"ToRegionIds":{"ToRegionId":["…"]}}}. */
    public static <S> Field<S> texts(String wrapper, String item, Function<S, List<String>> value) {
        return new Field<>(
                wrapper,
                List.of(wrapper + "." + item + "[]: text"),
                from -> Optional.of(Map.of(item, value.apply(from))));
    }

    public static <S, T> Field<S> object(String name, Function<S, T> value, Shape<T> shape) {
        return optional(name, value.andThen(Optional::of), shape);
    }

    /** An optional object. */
    public static <S, T> Field<S> optional(String name, Function<S, Optional<T>> value, Shape<T> shape) {
        return new Field<>(
                name,
                shape.lines().map(line -> name + "." + line).toList(),
                from -> value.apply(from).map(shape::tree));
    }

    /** A list of objects: {@code {"Regions":{"Region":[{…}]}}}. */
    public static <S, T> Field<S> objects(String wrapper, String item, Function<S, List<T>> value, Shape<T> shape) {
        return new Field<>(
                wrapper,
                shape.lines().map(line -> wrapper + "." + item + "[]." + line).toList(),
                from -> Optional.of(
                        Map.of(item, value.apply(from).stream().map(shape::tree).toList())));
    }

    /** A kept parameter, under the last part of its name; a text that was not given is empty. */
    public static <S> Field<S> kept(Parameter<?> parameter, Function<S, Map<String, String>> kept) {
        var name = parameter.name().substring(parameter.name().lastIndexOf('.') + 1);
        var type = parameter.form().type();
        return new Field<>(
                name,
                List.of(name + ": " + type),
                from -> Stream.concat(
                                parameter.in(kept.apply(from)).stream(),
                                type.equals("text") ? Stream.of("") : Stream.empty())
                        .findFirst()
                        .map(Object.class::cast));
    }
}
