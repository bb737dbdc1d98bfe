package dev.kiln.faults.wire;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The worst moment for a write of a worker that was overtaken: it says that a copy begins, and arrives when another
 * worker has completed that very copy and is about to say that all are done. Only the fence refuses it.
 */
public final class LateWrite {

    private static final long LONGEST_GATE_SECONDS = 3;

    private final Forwarder overtaken;
    private final CountDownLatch delivered = new CountDownLatch(1);
    private volatile @Nullable WireStatement held;
    private volatile boolean repeated;

    LateWrite(Forwarder overtaken) {
        this.overtaken = overtaken;
    }

    /** Whether a write waits to be delivered. */
    public boolean holds() {
        return held != null;
    }

    /** Waits until the write was delivered, at most so long. */
    public boolean await(long seconds) throws InterruptedException {
        return delivered.await(seconds, TimeUnit.SECONDS);
    }

    void before(Forwarder forwarder, WireStatement statement) throws InterruptedException {
        var waiting = held;
        if (waiting == null) {
            if (forwarder == overtaken && beginsCopy(statement)) {
                held = statement;
                forwarder.set(Forwarder.Passage.HELD);
            }
        } else if (repeated && forwarder != overtaken && concerns(waiting, statement) && statement.advances()) {
            overtaken.set(Forwarder.Passage.OPEN);
            var unused = delivered.await(LONGEST_GATE_SECONDS, TimeUnit.SECONDS);
        }
    }

    void answered(Forwarder forwarder, WireStatement statement) {
        var waiting = held;
        if (waiting == null) {
            return;
        }
        if (forwarder == overtaken) {
            if (statement.equals(waiting)) {
                delivered.countDown();
            }
        } else if (concerns(waiting, statement)
                && statement.image().equals(waiting.image())
                && statement.sql().contains("state = 'COPIED'")) {
            repeated = true;
        }
    }

    private static boolean beginsCopy(WireStatement statement) {
        return statement.sql().contains("set state = 'COPYING'")
                && statement.parameters().contains("DISTRIBUTING");
    }

    private static boolean concerns(WireStatement one, WireStatement other) {
        return one.execution().equals(other.execution());
    }
}
