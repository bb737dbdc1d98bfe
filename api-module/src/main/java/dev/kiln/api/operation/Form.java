package dev.kiln.api.operation;

import dev.kiln.api.error.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * The form of a parameter's value and how it is read: one value, a numbered list of values, or a numbered list of
 * objects.
 */
public interface Form<T> {

    /** The type in a word. */
    String type();

    /** The rule in words, to follow "it has to be"; empty if any value is accepted. */
    String rule();

    /** What follows the parameter's name on the wire, for documentation. */
    default String suffix() {
        return "";
    }

    /**
     * The value, if it was given and is well-formed. A malformed one is refused with the code, or with one of
     * {@link #codes}.
     */
    Optional<T> read(Sent sent, String name, ErrorCode code);

    /** Codes in addition to the parameter's own. */
    default List<ErrorCode> codes() {
        return List.of();
    }

    /** The parameters of each object of a list. */
    default List<Parameter<?>> members() {
        return List.of();
    }
}
