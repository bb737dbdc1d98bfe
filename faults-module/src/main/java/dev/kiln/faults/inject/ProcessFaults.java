package dev.kiln.faults.inject;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.cluster.Cluster.Member;
import dev.kiln.faults.wire.WireWatch.Side;
import java.util.List;
import java.util.SplittableRandom;

/** Kills and freezes processes. */
final class ProcessFaults {

    private static final int SECONDS_TO_WRITE = 15;

    private final Cluster cluster;

    ProcessFaults(Cluster cluster) {
        this.cluster = cluster;
    }

    Fault kill(FaultKind kind, List<Member> among, SplittableRandom random) {
        var member = one(among, random);
        var down = 500 + random.nextInt(3500);
        return new Fault(kind, member.name(), down, () -> member.process().kill(down), Fault.Step::none);
    }

    /** Stays armed until the worker writes; when it does not, nothing has happened. */
    Fault killAtWrite(SplittableRandom random) {
        var member = one(cluster.workers(), random);
        var side = random.nextBoolean() ? Side.BEFORE : Side.AFTER;
        return new Fault(
                FaultKind.KILL_AT_WRITE,
                member.name(),
                SECONDS_TO_WRITE * 1000L,
                () -> cluster.watch().killAtNextWrite(member.network(), side),
                () -> cluster.watch().forgetNextWrite(member.network()));
    }

    /** Now and then for longer than a silent lock is kept. */
    Fault freeze(FaultKind kind, List<Member> among, SplittableRandom random) {
        var member = one(among, random);
        var millis = random.nextInt(3) == 0 ? 16_000 + random.nextInt(6000) : 500 + random.nextInt(7000);
        return new Fault(
                kind,
                member.name(),
                millis,
                () -> member.process().freeze(),
                () -> member.process().thaw());
    }

    static Member one(List<Member> among, SplittableRandom random) {
        return among.get(random.nextInt(among.size()));
    }
}
