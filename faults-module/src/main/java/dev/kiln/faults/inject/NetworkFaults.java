package dev.kiln.faults.inject;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.cluster.Cluster.Member;
import dev.kiln.faults.wire.Forwarder.Passage;
import dev.kiln.faults.wire.LateWrite;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/** Cuts and delays on the network between one worker and the database. */
final class NetworkFaults {

    private static final int LONGEST_WAIT_SECONDS = 30;
    private static final int LONGEST_HOLD_SECONDS = 30;

    private final Cluster cluster;

    NetworkFaults(Cluster cluster) {
        this.cluster = cluster;
    }

    Fault passage(FaultKind kind, Member member, SplittableRandom random) {
        var network = member.network();
        var passage = kind == FaultKind.CUT ? Passage.SWALLOWED : Passage.HELD;
        return new Fault(
                kind,
                member.name(),
                ProcessFaults.lasting(random),
                () -> network.set(passage),
                () -> network.set(Passage.OPEN));
    }

    /** Holds the begin of a copy until another worker makes the same copy; the worker counts as broken meanwhile. */
    Fault lateWrite(Set<String> broken) {
        var worker = new AtomicReference<>("");
        var write = new LateWrite(name -> reserved(broken, name, worker), delivered -> {});
        return new Fault(
                FaultKind.LATE_WRITE,
                "a late write",
                0,
                () -> {
                    cluster.watch().deliverLate(write);
                    if (!write.awaitTaken(LONGEST_WAIT_SECONDS) || !write.awaitDelivered(LONGEST_HOLD_SECONDS)) {
                        throw new NothingBrokenException();
                    }
                },
                () -> {
                    cluster.watch().deliverNoneLate();
                    broken.remove(worker.get());
                });
    }

    private static boolean reserved(Set<String> broken, String name, AtomicReference<String> worker) {
        if (!broken.add(name)) {
            return false;
        }
        worker.set(name);
        return true;
    }
}
