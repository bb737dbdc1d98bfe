package dev.kiln.execution;

import java.util.EnumSet;
import java.util.Set;

/**
 * The status of an execution. The names are the wire's (DescribeImagePipelineExecutions, Status); {@link #successors()}
 * is the transition table. The database repeats the names and which of them are final.
 */
public enum ExecutionStatus {
    PREPARING("every target is checked and the rows of its copies and shares are made"),
    BUILDING("the commands run and the image is stored in the template's region"),
    TESTING("the test commands run on a scratch copy of the image"),
    DISTRIBUTING("the image is copied to regions and shared with accounts"),
    RELEASING("scratch space is given back"),
    CANCELLING("a cancel was asked for; whatever the execution made is removed"),
    SUCCESS("the image exists and every target has it"),
    PARTITION_SUCCESS("the image exists; some target failed and can be retried"),
    FAILED("there is no image"),
    TEST_FAILED("the image exists in the template's region, but its test failed; it was not distributed"),
    CANCELLED("ended by a cancel; there is no image");

    private final String meaning;

    ExecutionStatus(String meaning) {
        this.meaning = meaning;
    }

    /** One sentence for people: what happens, or what holds, in this status. */
    public String meaning() {
        return meaning;
    }

    /** The statuses that may directly follow this one. */
    public Set<ExecutionStatus> successors() {
        return switch (this) {
            case PREPARING -> EnumSet.of(BUILDING, RELEASING, CANCELLING);
            case BUILDING -> EnumSet.of(TESTING, DISTRIBUTING, RELEASING, CANCELLING);
            case TESTING -> EnumSet.of(DISTRIBUTING, RELEASING, CANCELLING);
            case DISTRIBUTING -> EnumSet.of(RELEASING, CANCELLING);
            case RELEASING -> EnumSet.of(SUCCESS, PARTITION_SUCCESS, FAILED, TEST_FAILED);
            case CANCELLING -> EnumSet.of(CANCELLED);
            // A retry of the failed targets re-opens the execution (docs/adr/0004).
            case PARTITION_SUCCESS -> EnumSet.of(DISTRIBUTING);
            case SUCCESS, FAILED, TEST_FAILED, CANCELLED -> EnumSet.noneOf(ExecutionStatus.class);
        };
    }

    /** Whether the execution has ended: no worker will touch it in this status. */
    public boolean isFinal() {
        return switch (this) {
            case SUCCESS, PARTITION_SUCCESS, FAILED, TEST_FAILED, CANCELLED -> true;
            case PREPARING, BUILDING, TESTING, DISTRIBUTING, RELEASING, CANCELLING -> false;
        };
    }

    /** Whether CancelImagePipelineExecution is accepted in this status. */
    public boolean isCancellable() {
        return successors().contains(CANCELLING);
    }
}
