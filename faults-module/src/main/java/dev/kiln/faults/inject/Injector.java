package dev.kiln.faults.inject;

import dev.kiln.faults.cluster.Cluster;
import dev.kiln.faults.cluster.Cluster.Member;
import dev.kiln.faults.cluster.RegionDirectories;
import dev.kiln.faults.load.Ledger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Draws faults one after another from a deck that a seed shuffles, and injects them concurrently. */
public final class Injector {

    private static final int SHORTEST_PAUSE_MILLIS = 150;
    private static final int PAUSE_MILLIS = 700;
    private static final long SECONDS_TO_START_AGAIN = 120;

    private final SplittableRandom random;
    private final Cluster cluster;
    private final FaultLog log;
    private final Deck deck;
    private final ProcessFaults processes;
    private final NetworkFaults networks;
    private final ServerFaults servers;
    private final RegionFaults regions;
    private final MessageFaults messages;
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> underWay = new ArrayList<>();

    public Injector(SplittableRandom random, Cluster cluster, Ledger ledger, FaultLog log) {
        this.random = random;
        this.cluster = cluster;
        this.log = log;
        var leftOut = leftOut(cluster.regions());
        var kinds = Arrays.stream(FaultKind.values())
                .filter(kind -> !leftOut.contains(kind))
                .toList();
        this.deck = new Deck(random.split(), kinds);
        this.processes = new ProcessFaults(cluster);
        this.networks = new NetworkFaults(cluster);
        this.servers = new ServerFaults(cluster);
        this.regions = new RegionFaults(cluster.regions());
        this.messages = new MessageFaults(cluster, ledger);
    }

    /** The kinds that cannot be injected on this machine. */
    public static Set<FaultKind> leftOut(RegionDirectories regions) {
        return regions.canFill() ? Set.of() : Set.of(FaultKind.FULL_DISK);
    }

    /** Injects until this time, then mends everything and returns. */
    public void run(long untilNanoTime) throws InterruptedException {
        while (System.nanoTime() < untilNanoTime) {
            var kind = deck.next();
            var fault = fault(kind);
            if (fault.isPresent() && broken.add(fault.get().target())) {
                var thread = new Thread(
                        () -> inject(fault.get()), kind + " " + fault.get().target());
                thread.setDaemon(true);
                underWay.removeIf(other -> !other.isAlive());
                underWay.add(thread);
                thread.start();
            } else {
                deck.putBack(kind);
            }
            TimeUnit.MILLISECONDS.sleep(SHORTEST_PAUSE_MILLIS + random.nextInt(PAUSE_MILLIS));
        }
        over.countDown();
        for (var thread : underWay) {
            thread.join();
        }
    }

    private Optional<Fault> fault(FaultKind kind) {
        return switch (kind) {
            case KILL_WORKER -> worker().map(worker -> processes.kill(kind, worker, random));
            case KILL_API -> api().map(api -> processes.kill(kind, api, random));
            case KILL_AT_WRITE -> worker().map(worker -> processes.killAtWrite(worker, random));
            case FREEZE_WORKER -> worker().map(worker -> processes.freeze(kind, worker, random));
            case FREEZE_API -> api().map(api -> processes.freeze(kind, api, random));
            case CUT, LATE_BYTES -> worker().map(worker -> networks.passage(kind, worker, random));
            case LATE_WRITE -> Optional.of(networks.lateWrite(broken));
            case RESTART_BROKER -> Optional.of(servers.broker(random));
            case POSTGRES_FAST, POSTGRES_IMMEDIATE -> Optional.of(servers.postgres(kind, random));
            case FULL_DISK -> Optional.of(regions.fullDisk(random));
            case REFUSING_REGION -> Optional.of(regions.refusing(random));
            case CORRUPT_COPY -> Optional.of(regions.corruptCopy(random));
            case REPEATED_MESSAGES -> Optional.of(messages.repeated(random));
        };
    }

    /** An unbroken worker, if possible one that has work. */
    private Optional<Member> worker() {
        var whole = whole(cluster.workers());
        var names = Set.copyOf(ask("select worker from execution where finished_at is null and attempt > 0"));
        var busy =
                whole.stream().filter(worker -> names.contains(worker.name())).toList();
        return one(busy.isEmpty() ? whole : busy);
    }

    /** An API, as long as none is broken: without any API, nothing would be started that could be disturbed. */
    private Optional<Member> api() {
        var whole = whole(cluster.apis());
        return whole.size() < cluster.apis().size() ? Optional.empty() : one(whole);
    }

    private List<Member> whole(List<Member> members) {
        return members.stream()
                .filter(member -> !broken.contains(member.name()))
                .toList();
    }

    private Optional<Member> one(List<Member> members) {
        return members.isEmpty() ? Optional.empty() : Optional.of(members.get(random.nextInt(members.size())));
    }

    private void inject(Fault fault) {
        var at = Instant.now();
        try {
            var affected = affected(fault);
            if (begins(fault)) {
                var unused = over.await(fault.lastsMillis(), TimeUnit.MILLISECONDS);
                fault.mend().take();
                // A kill at a write happens when the worker writes; the forwarder records it.
                if (fault.kind() != FaultKind.KILL_AT_WRITE) {
                    log.add(new Injected(fault.kind(), fault.struck().get(), at, Instant.now(), affected));
                }
                awaitAgain(fault);
            } else {
                fault.mend().take();
                deck.putBack(fault.kind());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.trouble(fault.kind() + " of " + fault.target() + ": " + e);
        }
        broken.remove(fault.target());
    }

    /** Waits until the killed process answers again. */
    private void awaitAgain(Fault fault) throws InterruptedException {
        var killed = List.of(FaultKind.KILL_WORKER, FaultKind.KILL_AT_WRITE, FaultKind.KILL_API);
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START_AGAIN);
        while (killed.contains(fault.kind()) && !cluster.answers(fault.target()) && System.nanoTime() < end) {
            if (over.await(200, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private static boolean begins(Fault fault) throws Exception {
        try {
            fault.begin().take();
            return true;
        } catch (NothingBrokenException e) {
            return false;
        }
    }

    /** The executions that the fault is certain to disturb. */
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
            return List.of(); // PostgreSQL is away: the effects of the two faults cannot be told apart
        }
    }
}
