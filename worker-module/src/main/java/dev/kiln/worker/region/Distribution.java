package dev.kiln.worker.region;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.Failure;
import dev.kiln.execution.Trouble;
import dev.kiln.image.ImageKeys;
import dev.kiln.image.archive.ByteSource;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.region.StoredItem;
import dev.kiln.trace.TracedWork;
import dev.kiln.worker.Drain;
import dev.kiln.worker.WorkerSettings;
import dev.kiln.worker.metric.LogContext;
import dev.kiln.worker.metric.WorkerMeters;
import dev.kiln.worker.metric.WorkerTraces;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works through the unfinished targets of an execution, several regions at a time. Each region is tried again with a
 * growing pause, resuming after the last part that it has. A final failure goes into that target's row, and the others
 * go on.
 */
public final class Distribution {

    private static final Logger LOG = LoggerFactory.getLogger(Distribution.class);

    private final Targets targets;
    private final Regions regions;
    private final WorkerSettings settings;
    private final Drain drain;
    private final WorkerMeters meters;
    private final WorkerTraces traces;

    public Distribution(
            Targets targets,
            Regions regions,
            WorkerSettings settings,
            Drain drain,
            WorkerMeters meters,
            WorkerTraces traces) {
        this.targets = targets;
        this.regions = regions;
        this.settings = settings;
        this.drain = drain;
        this.meters = meters;
        this.traces = traces;
    }

    /** Does what is not done yet and returns how many copies and shares have failed. */
    public int run(Attempt attempt) throws IOException, InterruptedException {
        var all = targets.of(attempt);
        var home = Targets.home(attempt, all);
        var work = new ArrayList<Callable<Void>>();
        for (var target : all) {
            if (target.state() != Target.State.FAILED && !(target.isCopied() && sharesWithNobody(attempt))) {
                work.add(LogContext.carriedTo(() -> deliver(attempt, home, target)));
            }
        }
        if (work.isEmpty() && all.stream().allMatch(Target::isCopied)) {
            return 0;
        }
        runAll(work);
        return targets.countFailed(attempt);
    }

    private static boolean sharesWithNobody(Attempt attempt) {
        return attempt.template().addAccounts().isEmpty();
    }

    /** Marks everything that is neither copied nor shared as failed, so that it can be retried. */
    public void giveUp(Attempt attempt, Failure failure) {
        targets.failUnfinished(attempt, failure);
    }

    private void runAll(List<Callable<Void>> work) throws IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(Math.max(1, Math.min(settings.copiesAtOnce(), work.size())));
        try {
            for (var done : threads.invokeAll(work)) {
                finish(done);
            }
        } finally {
            // After an interrupt, invokeAll has cancelled what was running; a copy ends at its next buffer.
            threads.shutdownNow();
            if (!threads.awaitTermination(settings.stopGrace().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a copy did not end within {} of its interrupt", settings.stopGrace());
            }
        }
    }

    private static void finish(Future<Void> done) throws IOException, InterruptedException {
        try {
            done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof InterruptedException stopped) {
                throw stopped;
            }
            throw new IOException(e.getCause());
        }
    }

    private Void deliver(Attempt attempt, Target home, Target target) throws InterruptedException {
        drain.boundary();
        if (target.isCopied() || copied(attempt, home, target)) {
            share(attempt, target);
        }
        return null;
    }

    private void share(Attempt attempt, Target target) {
        if (sharesWithNobody(attempt)) {
            return;
        }
        try (var work = traces.share(attempt, target.region())) {
            work.with("kiln.accounts", attempt.template().addAccounts().size());
            targets.share(attempt, target.image());
        }
    }

    private boolean copied(Attempt attempt, Target home, Target target) throws InterruptedException {
        try (var work = traces.copy(attempt, target.region())) {
            return copied(attempt, home, target, work);
        }
    }

    private boolean copied(Attempt attempt, Target home, Target target, TracedWork work) throws InterruptedException {
        if (home.content().isEmpty()) {
            var why = "Packer made no image there, and what it made elsewhere is not copied by Kiln; start anew";
            targets.failed(attempt, target.image(), new Failure("Packer.NoArtifact", why));
            meters.targetFailed(target.region());
            work.failed(why);
            return false;
        }
        for (var number = 1; ; number++) {
            try {
                copy(attempt, home, target);
                return true;
            } catch (InterruptedIOException e) {
                throw new InterruptedException(e.getMessage());
            } catch (IOException e) {
                LOG.warn("{} to {}: try {} of {}", target.image(), target.region(), number, settings.copyTries(), e);
                work.happened("try " + number + " failed: " + e);
                if (number >= settings.copyTries()) {
                    work.failed("CopyFailed");
                    targets.failed(attempt, target.image(), new Failure("CopyFailed", reason(target, number, e)));
                    meters.targetFailed(target.region());
                    discardPartsOf(target);
                    return false;
                }
                meters.targetTriedAgain(target.region());
                Thread.sleep(
                        settings.copyBackOff().multipliedBy(1L << (number - 1)).toMillis());
                drain.boundary();
            }
        }
    }

    private static String reason(Target target, int tries, IOException e) {
        return "region " + target.region() + " did not take the image in " + tries + " tries, the last: "
                + Trouble.words(e);
    }

    private void copy(Attempt attempt, Target home, Target target) throws IOException {
        var content = home.content().orElseThrow(() -> new IllegalStateException("nothing was built yet"));
        targets.copying(attempt, target.image());
        var key = ImageKeys.image(target.image());
        ByteSource source =
                offset -> store(home.region()).open(ImageKeys.image(home.image()), content.digest(), offset);
        var progress = meters.counting(
                target.region(),
                content.parts().isPresent(),
                targets.progress(attempt, target.image(), content.bytes()));
        Transfer.run(content, source, store(target.region()), key, progress);
        targets.copied(attempt, target.image(), content);
        meters.targetCopied(target.region());
    }

    /** The parts of a failed target are not resumed. The reaper removes what stays here. */
    private void discardPartsOf(Target target) throws InterruptedException {
        try {
            var store = store(target.region());
            var left = new ArrayList<StoredItem>();
            store.list(ImageKeys.image(target.image()), left::add);
            for (var item : left) {
                if (!item.isObject()) {
                    store.remove(item);
                }
            }
        } catch (InterruptedIOException e) {
            throw new InterruptedException(e.getMessage());
        } catch (IOException e) {
            LOG.warn("what was copied of {} stays in {} for now: {}", target.image(), target.region(), e.toString());
        }
    }

    private RegionStore store(RegionId region) throws IOException {
        return regions.find(region).orElseThrow(() -> new IOException("region " + region + " is not configured"));
    }
}
