package dev.kiln.faults.inject;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.cluster.Cluster.Member;
import dev.kiln.faults.wire.WireWatch.Side;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Kills and freezes processes. */
final class ProcessFaults {

    private static final int SECONDS_TO_WRITE = 10;

    private final Cluster cluster;

    ProcessFaults(Cluster cluster) {
        this.cluster = cluster;
    }

    Fault kill(FaultKind kind, Member member, SplittableRandom random) {
        var down = 200 + random.nextInt(1800);
        return new Fault(kind, member.name(), down, () -> member.process().kill(down), Fault.Step::none);
    }

    /** Waits until the worker writes; if it does not, nothing has happened. */
    Fault killAtWrite(Member member, SplittableRandom random) {
        var side = random.nextBoolean() ? Side.BEFORE : Side.AFTER;
        return new Fault(FaultKind.KILL_AT_WRITE, member.name(), 0, () -> killAtWrite(member, side), Fault.Step::none);
    }

    private void killAtWrite(Member member, Side side) throws InterruptedException, NothingBrokenException {
        cluster.watch().killAtNextWrite(member.network(), side);
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_WRITE);
        while (cluster.watch().awaitsWrite(member.network())) {
            if (System.nanoTime() > end && cluster.watch().forgetNextWrite(member.network())) {
                throw new NothingBrokenException();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    Fault freeze(FaultKind kind, Member member, SplittableRandom random) {
        return new Fault(
                kind,
                member.name(),
                lasting(random),
                () -> member.process().freeze(),
                () -> member.process().thaw());
    }

    /** A duration, sometimes longer than a silent session keeps its lock. */
    static long lasting(SplittableRandom random) {
        return random.nextInt(8) == 0 ? 16_000 + random.nextInt(4000) : 300 + random.nextInt(3700);
    }
}
