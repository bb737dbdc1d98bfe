package dev.kiln.worker;

/**
 * Whether this worker was asked to stop. From then on it takes nothing new, and hands over running executions where
 * nothing is lost by it.
 */
public final class Drain {

    private volatile boolean requested;

    /** Whether the worker is stopping. */
    public boolean requested() {
        return requested;
    }

    /** Starts the drain, which cannot be undone. */
    public void request() {
        requested = true;
    }

    /**
     * Called between two pieces of work, when everything done so far is written down. The worker that adopts the
     * execution does the rest.
     *
     * @throws InterruptedException the worker is stopping
     */
    public void boundary() throws InterruptedException {
        if (requested) {
            throw new InterruptedException("this worker was asked to stop, another goes on from here");
        }
    }
}
