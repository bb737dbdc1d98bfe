package dev.kiln.worker.run;

/** Whether this worker was asked to stop. From then on it takes nothing new. */
public final class Drain {

    private volatile boolean requested;

    /** Whether the worker is on its way out. */
    public boolean requested() {
        return requested;
    }

    /** Begins the drain; it cannot be taken back. */
    public void request() {
        requested = true;
    }
}
