package dev.kiln.faults.inject;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.wire.Forwarder.Passage;
import dev.kiln.faults.wire.LateWrite;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Cuts and delays between one worker and the database. */
final class NetworkFaults {

    private static final int LONGEST_WAIT_SECONDS = 30;
    private static final int LONGEST_HOLD_SECONDS = 40;

    private final Cluster cluster;

    NetworkFaults(Cluster cluster) {
        this.cluster = cluster;
    }

    Fault passage(FaultKind kind, SplittableRandom random) {
        var network = ProcessFaults.one(cluster.workers(), random).network();
        var millis = random.nextInt(3) == 0 ? 16_000 + random.nextInt(6000) : 500 + random.nextInt(7000);
        var passage = kind == FaultKind.CUT ? Passage.SWALLOWED : Passage.HELD;
        return new Fault(kind, network.owner(), millis, () -> network.set(passage), () -> network.set(Passage.OPEN));
    }

    /** Waits for a copy to begin, then for another worker to make the same one. */
    Fault lateWrite(SplittableRandom random) {
        var network = ProcessFaults.one(cluster.workers(), random).network();
        var delivery = new AtomicReference<LateWrite>();
        return new Fault(
                FaultKind.LATE_WRITE,
                network.owner(),
                0,
                () -> {
                    var begun = cluster.watch().deliverLate(network);
                    delivery.set(begun);
                    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_WAIT_SECONDS);
                    while (!begun.holds() && System.nanoTime() < end) {
                        TimeUnit.MILLISECONDS.sleep(20);
                    }
                    if (!begun.holds() || !begun.await(LONGEST_HOLD_SECONDS)) {
                        throw new NothingBrokenException();
                    }
                },
                () -> {
                    cluster.watch().deliverNoneLate();
                    network.set(Passage.OPEN);
                });
    }
}
