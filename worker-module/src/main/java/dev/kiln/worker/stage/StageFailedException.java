package dev.kiln.worker.stage;

import dev.kiln.execution.Failure;

/** The execution cannot succeed and trying again would not help; the failure is what its owner is told. */
public final class StageFailedException extends Exception {

    private static final long serialVersionUID = 1;

    // Records are serializable only if they say so, and nobody sends this exception anywhere.
    private final transient Failure failure;

    public StageFailedException(Failure failure) {
        super(failure.code() + ": " + failure.info());
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
