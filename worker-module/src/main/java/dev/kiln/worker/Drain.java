package dev.kiln.worker;

/**
 * Whether this worker was asked to stop. From then on it takes nothing new, and what runs is handed over where nothing
 * is lost by it.
 */
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

    /**
     * Is called between two pieces of work, when all that was done is written down. Whoever adopts the execution does
     * the rest.
     *
     * @throws InterruptedException the worker is on its way out
     */
    public void boundary() throws InterruptedException {
        if (requested) {
            throw new InterruptedException("this worker was asked to stop, another goes on from here");
        }
    }
}
