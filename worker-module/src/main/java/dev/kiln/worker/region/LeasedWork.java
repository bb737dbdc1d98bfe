package dev.kiln.worker.region;

import dev.kiln.execution.Failure;
import dev.kiln.execution.Trouble;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.region.LeasedRows.Claim;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does leased work in rounds, one piece at a time in each worker. */
public final class LeasedWork implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeasedWork.class);
    private static final int LOOK_AHEAD = 16;
    private static final long SECONDS_BETWEEN_BEATS = 5;

    private final List<LeasedJob> jobs;
    private final WorkerSettings settings;
    private final ScheduledExecutorService rounds = thread("leased-work");
    private final ScheduledExecutorService beats = thread("leased-work-beats");

    /** Of copies, imports and exports. */
    public LeasedWork(ImageCopier copier, ImageExporter exporter, WorkerSettings settings) {
        this.jobs = List.of(copier, exporter);
        this.settings = settings;
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Looks every so often for work, until it is closed. */
    public void start(Duration every) {
        var unused = rounds.scheduleWithFixedDelay(this::round, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Does what can be done now. Never throws: the next round comes. */
    public void round() {
        try {
            for (var job : jobs) {
                for (var waiting : job.rows().waiting(LOOK_AHEAD)) {
                    var claim = job.rows().claim(waiting);
                    if (claim.isPresent()) {
                        run(job, claim.get());
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("no copies, imports or exports this time: {}", e.toString());
        }
    }

    private void run(LeasedJob job, Claim claim) throws InterruptedException {
        var beating = beats.scheduleWithFixedDelay(
                () -> beat(job, claim), SECONDS_BETWEEN_BEATS, SECONDS_BETWEEN_BEATS, TimeUnit.SECONDS);
        try {
            runWithTries(job, claim);
        } catch (LeasedRows.ClaimOverException e) {
            LOG.info("{}", e.getMessage());
            discard(job, claim);
        } catch (InterruptedException e) {
            job.rows().release(claim);
            throw e;
        } finally {
            beating.cancel(false);
        }
    }

    private static void beat(LeasedJob job, Claim claim) {
        try {
            job.rows().beat(claim);
        } catch (RuntimeException e) {
            LOG.debug("no sign of life of {}: {}", claim, e.toString()); // the next write will tell
        }
    }

    private void runWithTries(LeasedJob job, Claim claim) throws InterruptedException {
        for (var number = 1; ; number++) {
            try {
                job.run(claim);
                return;
            } catch (InterruptedIOException e) {
                throw new InterruptedException(e.getMessage());
            } catch (LeasedJob.HopelessException e) {
                job.rows().failed(claim, e.failure());
                return;
            } catch (IOException e) {
                LOG.warn("{}: try {} of {}", claim.id(), number, settings.copyTries(), e);
                if (number >= settings.copyTries()) {
                    job.rows().failed(claim, new Failure(job.failureCode(), Trouble.words(e)));
                    return;
                }
                Thread.sleep(
                        settings.copyBackOff().multipliedBy(1L << (number - 1)).toMillis());
            }
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
