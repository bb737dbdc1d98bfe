package dev.kiln.worker.region;

import dev.kiln.worker.region.LeasedRows.Claim;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives signs of life for leased work while it makes progress. When progress stops, the thread that does the work is
 * interrupted; if it does not react, the signs of life end, so that another worker can try.
 */
final class LeaseWatch implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseWatch.class);

    /** Per byte, for a slow region: 10 MB a second. */
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
     * Watches work of the calling thread.
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

    /** The try has ended; returns whether it was interrupted for lack of progress. */
    synchronized boolean end() {
        boolean interrupted = stalled;
        trying = false;
        stalled = false;
        if (interrupted) {
            Thread.interrupted(); // the interrupt was meant for the try that has ended
        }
        return interrupted;
    }

    /** Checks for progress; to be called every few seconds. */
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
            LOG.debug("no sign of life of {}: {}", claim, e.toString()); // if the claim is over, the next write throws
        }
        // What is already there may have to be read before anything is written.
        long most = stall.toNanos() + Math.max(0, bytes) * NANOS_TO_READ;
        if (trying && System.nanoTime() - since > most) {
            stalled = true;
            worker.interrupt();
        }
    }
}
