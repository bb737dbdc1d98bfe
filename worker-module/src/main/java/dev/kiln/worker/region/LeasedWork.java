package dev.kiln.worker.region;

import dev.kiln.execution.Failure;
import dev.kiln.execution.Trouble;
import dev.kiln.region.RegionId;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.region.LeasedRows.Claim;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Does leased work in rounds: few pieces at a time in each worker, so that a long one holds up no other. One that hangs
 * and hears of no interrupt keeps its thread; another thread takes its place, but not for the same region's sake.
 */
public final class LeasedWork implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeasedWork.class);
    private static final int LOOK_AHEAD = 16;
    private static final int AT_ONCE = 2;
    private static final Duration MOST_BETWEEN_BEATS = Duration.ofSeconds(5);

    private final List<LeasedJob> jobs;
    private final WorkerSettings settings;
    private final Set<String> underway = ConcurrentHashMap.newKeySet();
    private final Map<String, RegionId> deaf = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService beats = Executors.newScheduledThreadPool(AT_ONCE, LeasedWork::beating);
    private volatile Duration every = Duration.ZERO;
    private volatile boolean closed;

    /** For copies, imports and exports. */
    public LeasedWork(ImageCopier copier, ImageExporter exporter, WorkerSettings settings) {
        this.jobs = List.of(copier, exporter);
        this.settings = settings;
    }

    private static Thread beating(Runnable task) {
        return daemon("leased-work-beats", task);
    }

    private static Thread daemon(String name, Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Looks every so often for work, until it is closed. */
    public void start(Duration pause) {
        every = pause;
        for (int number = 0; number < AT_ONCE; number++) {
            startThread();
        }
    }

    private void startThread() {
        var thread = daemon("leased-work", this::goRound);
        threads.add(thread);
        thread.start();
    }

    private void goRound() {
        while (!closed && threads.contains(Thread.currentThread())) {
            round();
            try {
                Thread.sleep(every.toMillis());
            } catch (InterruptedException e) {
                // It ends when it was closed, and only then.
            }
        }
    }

    /** Does all work that can be done now. Never throws: the next round tries again. */
    public void round() {
        try {
            for (var job : jobs) {
                for (var waiting : job.rows().waiting(LOOK_AHEAD, regionsLeftAlone())) {
                    // What hangs in this process shall not be taken over by it.
                    if (underway.add(waiting)) {
                        claim(job, waiting);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("no copies, imports or exports this time: {}", e.toString());
        }
    }

    private Set<RegionId> regionsLeftAlone() {
        return deaf.values().stream()
                .filter(region -> Collections.frequency(deaf.values(), region) >= AT_ONCE)
                .collect(Collectors.toSet());
    }

    /** A thread that does not come back is replaced, and ends when it does. */
    private void replace(Thread thread, Claim claim) {
        LOG.warn("{} hangs in {} and is left alone", claim.id(), claim.region());
        deaf.put(claim.id(), claim.region());
        if (threads.remove(thread) && !closed) {
            startThread();
        }
    }

    private void claim(LeasedJob job, String waiting) throws InterruptedException {
        try {
            var claim = job.rows().claim(waiting);
            if (claim.isPresent()) {
                run(job, claim.get());
            }
        } finally {
            underway.remove(waiting);
        }
    }

    private void run(LeasedJob job, Claim claim) throws InterruptedException {
        var thread = Thread.currentThread();
        var watch = new LeaseWatch(job.rows(), claim, settings.copyStall(), () -> replace(thread, claim));
        long pause = Math.min(
                MOST_BETWEEN_BEATS.toMillis(), Math.max(1, settings.copyStall().toMillis() / 4));
        var beating = beats.scheduleWithFixedDelay(watch, pause, pause, TimeUnit.MILLISECONDS);
        try {
            runWithTries(job, claim, watch);
        } catch (LeasedRows.ClaimOverException e) {
            LOG.info("{}", e.getMessage());
            discard(job, claim);
        } catch (InterruptedException e) {
            job.rows().release(claim);
            throw e;
        } finally {
            watch.end();
            beating.cancel(false);
            deaf.remove(claim.id());
        }
    }

    private void runWithTries(LeasedJob job, Claim claim, LeaseWatch watch) throws InterruptedException {
        for (var number = 1; ; number++) {
            var trouble = trouble(job, claim, watch);
            if (trouble.isEmpty()) {
                return;
            }
            LOG.warn("{}: try {} of {}", claim.id(), number, settings.copyTries(), trouble.get());
            if (number >= settings.copyTries()) {
                fail(job, claim, watch, new Failure(job.failureCode(), Trouble.words(trouble.get())));
                return;
            }
            Thread.sleep(settings.copyBackOff().multipliedBy(1L << (number - 1)).toMillis());
        }
    }

    /** Tries once; returns a failure that another try may overcome, or empty when nothing more is to be done. */
    private Optional<Exception> trouble(LeasedJob job, Claim claim, LeaseWatch watch) throws InterruptedException {
        watch.begin();
        try {
            job.run(claim);
            return Optional.empty();
        } catch (LeasedJob.HopelessException e) {
            watch.end();
            fail(job, claim, watch, e.failure());
            return Optional.empty();
        } catch (LeasedRows.ClaimOverException | DataAccessException | TransactionException e) {
            throw e; // the database is away: that does not count as a try
        } catch (IOException | RuntimeException e) {
            if (watch.end()) {
                return Optional.of(new IOException(
                        "no byte was written for " + settings.copyStall().toSeconds()
                                + " seconds or more; the operator can raise kiln.worker.copy-stall",
                        e));
            }
            if (e instanceof InterruptedIOException) {
                throw new InterruptedException(e.getMessage());
            }
            return Optional.of(e);
        }
    }

    /** What there is of it may be what has filled its region. */
    private static void fail(LeasedJob job, Claim claim, LeaseWatch watch, Failure failure) {
        job.rows().failed(claim, failure);
        watch.begin();
        discard(job, claim);
    }

    private static void discard(LeasedJob job, Claim claim) {
        try {
            job.discard(claim);
        } catch (IOException e) {
            LOG.warn("what was made of {} stays for a reaper: {}", claim.id(), e.toString());
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        beats.shutdownNow();
    }
}
