package dev.kiln.api.operation;

import dev.kiln.api.error.ApiException;
import java.util.stream.Stream;

/**
 * One operation of the wire.
 *
 * @param <A> the answer, as a domain type
 */
public interface Operation<A> {

    Declaration<A> declaration();

    /**
     * Refusals of parameters that contradict each other. Asked in addition to the checks of each parameter; a malformed
     * parameter is absent here.
     */
    default Stream<ApiException> contradictions(Values given) {
        return Stream.empty();
    }

    /** Refuses a key whose policies do not allow the call; asked before anything is looked up. */
    default void permit(Call call) {
        call.require(call.resources());
    }

    /**
     * Runs the operation for an authenticated caller with well-formed parameters, or refuses with an
     * {@link ApiException} and changes nothing.
     */
    A run(Call call);
}
