package dev.kiln.api.operation;

import dev.kiln.api.error.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * What the value of a parameter has to look like, and how it is read: one value, a numbered list of them, or a numbered
 * list of objects.
 */
public interface Form<T> {

    /** The type in a word. */
    String type();

    /** What "it has to be", in words; empty when anything goes. */
    String rule();

    /** What follows the parameter's name on the wire, for people. */
    default String suffix() {
        return "";
    }

    /**
     * The value, if it was given and is well-formed; what is not is refused with the code, or with one of
     * {@link #codes}.
     */
    Optional<T> read(Sent sent, String name, ErrorCode code);

    /** Codes beside the parameter's own. */
    default List<ErrorCode> codes() {
        return List.of();
    }

    /** The parameters of each object of a list. */
    default List<Parameter<?>> members() {
        return List.of();
    }
}
