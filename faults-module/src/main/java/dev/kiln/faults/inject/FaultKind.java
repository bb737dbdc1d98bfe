package dev.kiln.faults.inject;

/** The kinds of faults, how they are told, and how often each is drawn. */
public enum FaultKind {
    KILL_WORKER("worker killed", 6),
    KILL_AT_WRITE("worker killed at a write, before it or before its answer", 6),
    KILL_API("API killed", 3),
    FREEZE_WORKER("worker frozen, up to longer than its lock lasts", 4),
    FREEZE_API("API frozen", 2),
    CUT("network between a worker and the database cut silently", 4),
    LATE_BYTES("a worker's bytes to the database held, then delivered late", 3),
    LATE_WRITE("a worker's write delivered after another worker has made it", 2),
    RESTART_BROKER("broker killed and started again", 2),
    POSTGRES_FAST("PostgreSQL restarted, its sessions ended", 2),
    POSTGRES_IMMEDIATE("PostgreSQL crashed and recovered", 2),
    FULL_DISK("a region's disk full", 3),
    REFUSING_REGION("a region's directory replaced by a file", 3),
    CORRUPT_COPY("a byte of an image flipped while it is copied", 3),
    REPEATED_MESSAGES("requests for workers published again, some late, and unknown ones", 4);

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

    /** Whether a target may fail for good because of it. */
    public boolean concernsRegions() {
        return this == FULL_DISK || this == REFUSING_REGION || this == CORRUPT_COPY;
    }
}
