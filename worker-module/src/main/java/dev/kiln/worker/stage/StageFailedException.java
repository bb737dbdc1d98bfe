package dev.kiln.worker.stage;

import dev.kiln.execution.Failure;

/** The execution cannot succeed, and trying again would not help; its owner is told the failure. */
public final class StageFailedException extends Exception {

    private static final long serialVersionUID = 1;

    // Records are not serializable by default, and this exception is never serialized.
    private final transient Failure failure;

    public StageFailedException(Failure failure) {
        super(failure.code() + ": " + failure.info());
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
