package dev.kiln.execution;

/** What became of a request to cancel. */
public enum CancelAnswer {
    /** The execution is CANCELLING now. */
    ACCEPTED,
    /** The account has no such execution. */
    NOT_FOUND,
    /** It ended before. */
    FINISHED,
    /** It is being released or cancelled already. */
    NOT_CANCELLABLE_NOW
}
