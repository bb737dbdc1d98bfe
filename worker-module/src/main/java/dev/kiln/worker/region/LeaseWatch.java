package dev.kiln.worker.region;

import dev.kiln.worker.region.LeasedRows.Claim;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives signs of life of a piece of leased work for as long as it gets on. When it does not, its thread is interrupted;
 * and should it not even hear that, it is silent from then on, so that another worker may try.
 */
final class LeaseWatch implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseWatch.class);

    /** A byte of a slow region: 10 MB a second. */
    private static final long NANOS_TO_READ = 100;

    private final LeasedRows rows;
    private final Claim claim;
    private final Duration stall;
    private final Runnable deaf;
    private final Thread worker = Thread.currentThread();
    private long bytes = -1;
    private long since;
    private boolean trying;
    private boolean stalled;
    private boolean told;

    /**
     * A watch of work that the calling thread does.
     *
     * @param stall how long it may write no byte
     * @param deaf is run once, when the thread does not even hear its interrupt
     */
    LeaseWatch(LeasedRows rows, Claim claim, Duration stall, Runnable deaf) {
        this.rows = rows;
        this.claim = claim;
        this.stall = stall;
        this.deaf = deaf;
    }

    /** A try begins. */
    synchronized void begin() {
        since = System.nanoTime();
        trying = true;
    }

    /** The try has ended; whether it was interrupted because it got no further. */
    synchronized boolean end() {
        boolean interrupted = stalled;
        trying = false;
        stalled = false;
        if (interrupted) {
            Thread.interrupted(); // it was meant for the try that is over
        }
        return interrupted;
    }

    /** Looks whether it gets on; to be called every few seconds. */
    @Override
    public synchronized void run() {
        if (stalled) {
            if (!told) {
                told = true;
                deaf.run();
            }
            return;
        }
        try {
            long now = rows.beat(claim);
            if (now != bytes) {
                bytes = now;
                since = System.nanoTime();
            }
        } catch (RuntimeException e) {
            LOG.debug("no sign of life of {}: {}", claim, e.toString()); // the next write will tell
        }
        // What is there already may have to be read before anything is written.
        long most = stall.toNanos() + Math.max(0, bytes) * NANOS_TO_READ;
        if (trying && System.nanoTime() - since > most) {
            stalled = true;
            worker.interrupt();
        }
    }
}
