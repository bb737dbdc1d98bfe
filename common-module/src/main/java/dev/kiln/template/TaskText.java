package dev.kiln.template;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * A text in a component's task; its {@code {{…}}} stand for values known later: parameters when a template uses the
 * component, outputs during the build.
 */
public record TaskText(List<Part> parts) {

    /** A piece of the text. */
    public sealed interface Part {}

    /** Literal text. */
    public record Literal(String text) implements Part {}

    /** The value of a parameter. */
    public record Parameter(String name) implements Part {}

    /**
     * What a command printed to standard output.
     *
     * @param number the task's, from 1; once bound, the step's
     */
    public record Output(int number) implements Part {}

    public static TaskText of(String text) {
        return new TaskText(List.of(new Literal(text)));
    }

    /** This text with values for all parameters, and outputs numbered by step. */
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

    /** Whether the text is known before the build. */
    public boolean isLiteral() {
        return parts.stream().allMatch(Literal.class::isInstance);
    }

    /** The text with the outputs that steps have printed. */
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
