package dev.kiln.faults.inject;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.load.Ledger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Draws faults one after another from a seed, and injects them side by side. */
public final class Injector {

    private static final int SHORTEST_PAUSE_MILLIS = 500;
    private static final int PAUSE_MILLIS = 2500;

    private final SplittableRandom random;
    private final Cluster cluster;
    private final FaultLog log;
    private final List<FaultKind> kinds;
    private final ProcessFaults processes;
    private final NetworkFaults networks;
    private final ServerFaults servers;
    private final RegionFaults regions;
    private final MessageFaults messages;
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> underWay = new ArrayList<>();

    /** @param kinds those to draw from; each as often as its weight says */
    public Injector(SplittableRandom random, Cluster cluster, Ledger ledger, FaultLog log, Set<FaultKind> kinds) {
        this.random = random;
        this.cluster = cluster;
        this.log = log;
        this.kinds = Arrays.stream(FaultKind.values())
                .filter(kinds::contains)
                .filter(kind -> kind != FaultKind.FULL_DISK || cluster.regions().canFill())
                .flatMap(kind -> java.util.Collections.nCopies(kind.weight(), kind).stream())
                .toList();
        this.processes = new ProcessFaults(cluster);
        this.networks = new NetworkFaults(cluster);
        this.servers = new ServerFaults(cluster);
        this.regions = new RegionFaults(cluster.regions());
        this.messages = new MessageFaults(cluster, ledger);
    }

    /** Injects until the moment, then mends everything and returns. */
    public void run(long untilNanoTime) throws InterruptedException {
        while (System.nanoTime() < untilNanoTime) {
            var fault = draw();
            if (broken.add(fault.target())) {
                var thread = new Thread(() -> inject(fault), fault.kind() + " " + fault.target());
                thread.setDaemon(true);
                underWay.add(thread);
                thread.start();
            }
            TimeUnit.MILLISECONDS.sleep(SHORTEST_PAUSE_MILLIS + random.nextInt(PAUSE_MILLIS));
        }
        over.countDown();
        for (var thread : underWay) {
            thread.join();
        }
    }

    private Fault draw() {
        var kind = kinds.get(random.nextInt(kinds.size()));
        return switch (kind) {
            case KILL_WORKER -> processes.kill(kind, cluster.workers(), random);
            case KILL_API -> processes.kill(kind, cluster.apis(), random);
            case KILL_AT_WRITE -> processes.killAtWrite(random);
            case FREEZE_WORKER -> processes.freeze(kind, cluster.workers(), random);
            case FREEZE_API -> processes.freeze(kind, cluster.apis(), random);
            case CUT, LATE_BYTES -> networks.passage(kind, random);
            case LATE_WRITE -> networks.lateWrite(random);
            case RESTART_BROKER -> servers.broker(random);
            case POSTGRES_FAST, POSTGRES_IMMEDIATE -> servers.postgres(kind, random);
            case FULL_DISK -> regions.fullDisk(random);
            case REFUSING_REGION -> regions.refusing(random);
            case CORRUPT_COPY -> regions.corruptCopy(random);
            case REPEATED_MESSAGES -> messages.repeated(random);
        };
    }

    private void inject(Fault fault) {
        var at = Instant.now();
        try {
            var affected = affected(fault);
            if (begins(fault)) {
                var unused = over.await(fault.lastsMillis(), TimeUnit.MILLISECONDS);
                fault.mend().take();
                // A kill at a write happens when the worker writes: the forwarder knows when.
                if (fault.kind() != FaultKind.KILL_AT_WRITE) {
                    log.add(new Injected(fault.kind(), fault.target(), at, Instant.now(), affected));
                }
            } else {
                fault.mend().take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.trouble(fault.kind() + " of " + fault.target() + ": " + e);
        }
        broken.remove(fault.target());
    }

    private static boolean begins(Fault fault) throws Exception {
        try {
            fault.begin().take();
            return true;
        } catch (NothingBrokenException e) {
            return false;
        }
    }

    /** The executions that the fault disturbs for certain. */
    private List<String> affected(Fault fault) {
        var all = "select id from execution where finished_at is null and attempt > 0";
        return switch (fault.kind()) {
            case KILL_WORKER, FREEZE_WORKER, CUT, LATE_BYTES -> ask(all + " and worker = '" + fault.target() + "'");
            case POSTGRES_FAST, POSTGRES_IMMEDIATE, RESTART_BROKER -> ask(all);
            default -> List.of();
        };
    }

    private List<String> ask(String sql) {
        try {
            return cluster.database().jdbc().sql(sql).query(String.class).list();
        } catch (org.springframework.dao.DataAccessException e) {
            return List.of(); // PostgreSQL is away: then this fault cannot be told from that one
        }
    }
}
