package dev.kiln.template;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * A text in a component's task, whose {@code {{…}}} stand for what is known later: parameters when a template uses the
 * component, outputs while building.
 */
public record TaskText(List<Part> parts) {

    /** A piece of the text. */
    public sealed interface Part {}

    /** Stands for itself. */
    public record Literal(String text) implements Part {}

    /** The value of a parameter. */
    public record Parameter(String name) implements Part {}

    /**
     * What a command printed to standard output.
     *
     * @param number of the task, from 1; once bound, of the step
     */
    public record Output(int number) implements Part {}

    public static TaskText of(String text) {
        return new TaskText(List.of(new Literal(text)));
    }

    /** The same with values for all parameters, and outputs by the numbers of steps. */
    public TaskText bound(Map<String, String> values, int stepsBefore) {
        return new TaskText(parts.stream()
                .map(part -> {
                    if (part instanceof Parameter parameter) {
                        return new Literal(Objects.requireNonNull(values.get(parameter.name()), parameter.name()));
                    }
                    return part instanceof Output output ? new Output(output.number() + stepsBefore) : part;
                })
                .toList());
    }

    /** Whether it is known before anything is built. */
    public boolean isLiteral() {
        return parts.stream().allMatch(Literal.class::isInstance);
    }

    /** The text, given what steps have printed. */
    public String with(IntFunction<String> outputs) {
        return parts.stream()
                .map(part -> {
                    if (part instanceof Literal literal) {
                        return literal.text();
                    }
                    if (part instanceof Output output) {
                        return outputs.apply(output.number());
                    }
                    throw new IllegalStateException(part + " is not bound");
                })
                .collect(Collectors.joining());
    }
}
