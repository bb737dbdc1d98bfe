package dev.kiln.execution;

/** What became of a request to retry the failed targets of an execution. */
public enum RetryAnswer {
    /** The execution is DISTRIBUTING again, with its failed targets alone to do. */
    ACCEPTED,
    /** The account has no such execution. */
    NOT_FOUND,
    /** It ended otherwise than with failed targets: there is nothing to retry. */
    NOTHING_FAILED,
    /** Its image was deleted, so nothing is there to copy or to share. */
    IMAGE_GONE,
    /** Another execution of the template is running. */
    OTHER_RUNNING,
    /** It has not ended yet. */
    NOT_FINISHED
}
