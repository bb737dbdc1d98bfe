package dev.kiln.execution;

/**
 * How RELEASING will end; stored before it begins, so that clean-up cannot be skipped. The names are final statuses.
 */
public enum Outcome {
    SUCCESS,
    PARTITION_SUCCESS,
    FAILED,
    TEST_FAILED;

    public ExecutionStatus status() {
        return ExecutionStatus.valueOf(name());
    }
}
