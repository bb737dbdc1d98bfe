package dev.kiln.api.operation;

import dev.kiln.api.error.ApiException;
import java.util.stream.Stream;

/**
 * One operation of the wire.
 *
 * @param <A> what it answers, in the words of the domain
 */
public interface Operation<A> {

    Declaration<A> declaration();

    /**
     * What of the parameters contradicts other parameters. Asked beside the checks of each one, so one that is
     * malformed is absent here.
     */
    default Stream<ApiException> contradictions(Values given) {
        return Stream.empty();
    }

    /** Refuses a key whose policies do not allow it; asked before anything is looked for. */
    default void permit(Call call) {
        call.require(call.resources());
    }

    /**
     * Carries it out for a verified caller whose parameters are well-formed, or refuses with an {@link ApiException}
     * and leaves everything as it was.
     */
    A run(Call call);
}
