package dev.kiln.execution;

/** The result of a request to retry the failed targets of an execution. */
public enum RetryAnswer {
    /** The execution is DISTRIBUTING again, for its failed targets only. */
    ACCEPTED,
    /** The account has no such execution. */
    NOT_FOUND,
    /** It did not end with failed targets: there is nothing to retry. */
    NOTHING_FAILED,
    /** Its image was deleted, so there is nothing to copy or to share. */
    IMAGE_GONE,
    /** Another execution of the template is running. */
    OTHER_RUNNING,
    /** It has not ended yet. */
    NOT_FINISHED
}
