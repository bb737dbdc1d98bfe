package dev.kiln.api.rpc;

/** One operation of the wire. */
public interface Operation {

    /** Its name, as Action has it. */
    String name();

    /**
     * Carries it out for a verified caller, or refuses with a {@link dev.kiln.api.error.ApiException} and leaves
     * everything as it was.
     */
    Answer run(Call call);
}
