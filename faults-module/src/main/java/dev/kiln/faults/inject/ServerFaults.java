package dev.kiln.faults.inject;

import dev.kiln.faults.cluster.Cluster;
import java.util.SplittableRandom;

/** Restarts of PostgreSQL and of the broker. */
final class ServerFaults {

    private static final String DATABASE = "PostgreSQL";

    private final Cluster cluster;

    ServerFaults(Cluster cluster) {
        this.cluster = cluster;
    }

    Fault broker(SplittableRandom random) {
        var down = 200 + random.nextInt(6000);
        var broker = cluster.broker();
        return new Fault(FaultKind.RESTART_BROKER, broker.name(), down, () -> broker.kill(down), Fault.Step::none);
    }

    Fault postgres(FaultKind kind, SplittableRandom random) {
        var database = cluster.database();
        return new Fault(
                kind,
                DATABASE,
                random.nextInt(4000),
                kind == FaultKind.POSTGRES_FAST ? database::stopFast : database::stopImmediately,
                database::startAgain);
    }
}
