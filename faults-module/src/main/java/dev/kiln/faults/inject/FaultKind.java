package dev.kiln.faults.inject;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;

/** The kinds of faults, with their descriptions and how often each comes up in a round of the deck. */
public enum FaultKind {
    KILL_WORKER("worker killed", 3),
    KILL_AT_WRITE("worker killed at a write, before it or before its answer", 3),
    KILL_API("API killed", 1),
    FREEZE_WORKER("worker frozen, up to longer than its lock lasts", 5),
    FREEZE_API("API frozen", 4),
    CUT("network between a worker and the database cut silently", 5),
    LATE_BYTES("a worker's bytes to the database held, then delivered late", 5),
    LATE_WRITE("a worker's write delivered after another worker has made it", 2),
    RESTART_BROKER("broker killed and started again", 1),
    POSTGRES_FAST("PostgreSQL restarted, its sessions ended", 1),
    POSTGRES_IMMEDIATE("PostgreSQL crashed and recovered", 1),
    FULL_DISK("a region's disk full", 4),
    REFUSING_REGION("a region's directory replaced by a file", 4),
    CORRUPT_COPY("a byte of an image flipped while it is copied", 4),
    REPEATED_MESSAGES("requests for workers published again, some late, and unknown ones", 5);

    private static final String UNAVAILABLE = "RegionUnavailable";
    private static final String REFUSED = "BaseImage.Refused";

    private final String meaning;
    private final int weight;

    FaultKind(String meaning, int weight) {
        this.meaning = meaning;
        this.weight = weight;
    }

    public String meaning() {
        return meaning;
    }

    int weight() {
        return weight;
    }

    /**
     * Whether an execution may end like this because of it: a region that is broken before the build, or an image that
     * has another byte when it is tested. Copies that failed are no end: they are tried again when nothing is broken.
     *
     * @param target what it struck
     * @param image the execution's image in the region of its template
     */
    boolean explains(String target, ExecutionStatus status, Failure failure, String image) {
        return switch (this) {
            case FULL_DISK, REFUSING_REGION ->
                status == ExecutionStatus.FAILED
                        && failure.code().equals(UNAVAILABLE)
                        && failure.info().startsWith("region " + target + " ");
            case CORRUPT_COPY ->
                status == ExecutionStatus.TEST_FAILED && failure.code().equals(REFUSED) && image.equals(target);
            default -> false;
        };
    }
}
