package dev.kiln.worker.region;

import dev.kiln.execution.Failure;
import dev.kiln.execution.Trouble;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.region.LeasedRows.Claim;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Does leased work in rounds: few pieces at a time in each worker, so that a long one holds up no other. */
public final class LeasedWork implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeasedWork.class);
    private static final int LOOK_AHEAD = 16;
    private static final int AT_ONCE = 2;
    private static final Duration MOST_BETWEEN_BEATS = Duration.ofSeconds(5);

    private final List<LeasedJob> jobs;
    private final WorkerSettings settings;
    private final Set<String> underway = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService rounds = threads("leased-work", AT_ONCE);
    private final ScheduledExecutorService beats = threads("leased-work-beats", AT_ONCE);

    /** Of copies, imports and exports. */
    public LeasedWork(ImageCopier copier, ImageExporter exporter, WorkerSettings settings) {
        this.jobs = List.of(copier, exporter);
        this.settings = settings;
    }

    private static ScheduledExecutorService threads(String name, int count) {
        return Executors.newScheduledThreadPool(count, task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Looks every so often for work, until it is closed. */
    public void start(Duration every) {
        for (int number = 0; number < AT_ONCE; number++) {
            var unused = rounds.scheduleWithFixedDelay(this::round, 0, every.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Does what can be done now. Never throws: the next round comes. */
    public void round() {
        try {
            for (var job : jobs) {
                for (var waiting : job.rows().waiting(LOOK_AHEAD)) {
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
        var watch = new LeaseWatch(job.rows(), claim, settings.copyStall());
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
                job.rows().failed(claim, new Failure(job.failureCode(), Trouble.words(trouble.get())));
                return;
            }
            Thread.sleep(settings.copyBackOff().multipliedBy(1L << (number - 1)).toMillis());
        }
    }

    /** Tries once; what another try may overcome, or nothing when there is nothing more to do. */
    private Optional<Exception> trouble(LeasedJob job, Claim claim, LeaseWatch watch) throws InterruptedException {
        watch.begin();
        try {
            job.run(claim);
            return Optional.empty();
        } catch (LeasedJob.HopelessException e) {
            watch.end();
            job.rows().failed(claim, e.failure());
            return Optional.empty();
        } catch (LeasedRows.ClaimOverException | DataAccessException | TransactionException e) {
            throw e; // the database is away: that is no try
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

    private static void discard(LeasedJob job, Claim claim) {
        try {
            job.discard(claim);
        } catch (IOException e) {
            LOG.warn("what was made of {} stays for a reaper: {}", claim.id(), e.toString());
        }
    }

    @Override
    public void close() {
        rounds.shutdownNow();
        beats.shutdownNow();
    }
}
