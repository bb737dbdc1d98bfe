package dev.kiln.worker.region;

import dev.kiln.execution.Failure;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.worker.WorkerSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the copies that CopyImage asked for, one at a time in each worker. A copy goes on after the last part that its
 * region has, whoever began it.
 */
public final class ImageCopier implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ImageCopier.class);
    private static final int LOOK_AHEAD = 16;
    private static final long SECONDS_BETWEEN_BEATS = 5;

    private final ImageCopies copies;
    private final Regions regions;
    private final WorkerSettings settings;
    private final ScheduledExecutorService rounds = thread("image-copier");
    private final ScheduledExecutorService beats = thread("image-copier-beats");

    public ImageCopier(ImageCopies copies, Regions regions, WorkerSettings settings) {
        this.copies = copies;
        this.regions = regions;
        this.settings = settings;
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Looks every so often for copies to make, until it is closed. */
    public void start(Duration every) {
        var unused = rounds.scheduleWithFixedDelay(this::round, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Makes what can be made now. Never throws: the next round comes. */
    public void round() {
        try {
            for (var waiting : copies.waiting(LOOK_AHEAD)) {
                var claim = copies.claim(waiting);
                if (claim.isPresent()) {
                    make(claim.get());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("no copies this time: {}", e.toString());
        }
    }

    private void make(ImageCopies.Claim claim) throws InterruptedException {
        var beating = beats.scheduleWithFixedDelay(
                () -> beat(claim), SECONDS_BETWEEN_BEATS, SECONDS_BETWEEN_BEATS, TimeUnit.SECONDS);
        try {
            makeWithTries(claim);
        } catch (ImageCopies.ClaimOverException e) {
            LOG.info("{}", e.getMessage());
            discardIfWithdrawn(claim);
        } catch (InterruptedException e) {
            copies.release(claim);
            throw e;
        } finally {
            beating.cancel(false);
        }
    }

    private void beat(ImageCopies.Claim claim) {
        try {
            copies.beat(claim);
        } catch (RuntimeException e) {
            LOG.debug("no sign of life of {}: {}", claim, e.toString()); // the next write will tell
        }
    }

    private void makeWithTries(ImageCopies.Claim claim) throws InterruptedException {
        for (var number = 1; ; number++) {
            try {
                copy(claim);
                return;
            } catch (InterruptedIOException e) {
                throw new InterruptedException(e.getMessage());
            } catch (IOException e) {
                LOG.warn("copy {}: try {} of {}", claim.copy(), number, settings.copyTries(), e);
                if (number >= settings.copyTries()) {
                    copies.failed(
                            claim, new Failure("CopyFailed", e.getClass().getSimpleName() + ": " + e.getMessage()));
                    return;
                }
                Thread.sleep(
                        settings.copyBackOff().multipliedBy(1L << (number - 1)).toMillis());
            }
        }
    }

    private void copy(ImageCopies.Claim claim) throws IOException {
        var source = copies.source(claim);
        if (source.isEmpty()) {
            copies.failed(
                    claim, new Failure("SourceGone", "image " + claim.copy().source() + " is not there any more"));
            return;
        }
        var content = source.get().content();
        var from = store(source.get().region());
        var key = ImageKeys.image(claim.copy().image());
        ByteSource bytes = offset -> from.open(ImageKeys.image(claim.copy().source()), offset);
        Transfer.run(content, bytes, store(claim.copy().region()), key, done -> copies.progress(claim, done));
        copies.copied(claim, content);
    }

    /** Only what was cancelled: another worker may be at work on the same object. */
    private void discardIfWithdrawn(ImageCopies.Claim claim) {
        try {
            if (copies.isWithdrawn(claim)) {
                store(claim.copy().region()).delete(ImageKeys.image(claim.copy().image()));
            }
        } catch (IOException e) {
            LOG.warn("what was copied of {} stays for a reaper: {}", claim.copy(), e.toString());
        }
    }

    private RegionStore store(RegionId region) throws IOException {
        return regions.find(region).orElseThrow(() -> new IOException("region " + region + " is not configured"));
    }

    @Override
    public void close() {
        rounds.shutdownNow();
        beats.shutdownNow();
    }
}
