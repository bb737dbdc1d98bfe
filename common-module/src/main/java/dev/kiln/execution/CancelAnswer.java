package dev.kiln.execution;

/** The result of a request to cancel. */
public enum CancelAnswer {
    /** The execution is CANCELLING now. */
    ACCEPTED,
    /** The account has no such execution. */
    NOT_FOUND,
    /** It had ended before. */
    FINISHED,
    /** It is already being released or cancelled. */
    NOT_CANCELLABLE_NOW
}
