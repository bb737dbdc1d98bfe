package dev.kiln.region;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats work in every region, in one thread for each: a region that hangs delays neither the others nor anything else
 * in the process.
 */
public final class RegionRounds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RegionRounds.class);

    private final String name;
    private final List<RegionId> regions;
    private final Consumer<RegionId> work;
    private final ScheduledExecutorService threads;

    /** @param name name of the threads, and of the work in the log */
    public RegionRounds(String name, Collection<RegionId> regions, Consumer<RegionId> work) {
        this.name = name;
        this.regions = List.copyOf(regions);
        this.work = work;
        this.threads = Executors.newScheduledThreadPool(Math.max(1, regions.size()), task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts after a delay, and repeats until it is closed. */
    public void start(Duration first, Duration every) {
        for (var region : regions) {
            var unused = threads.scheduleWithFixedDelay(
                    () -> run(region), first.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Runs one round in all regions, in the calling thread. */
    public void once() {
        regions.forEach(this::run);
    }

    private void run(RegionId region) {
        try {
            work.accept(region);
        } catch (RuntimeException e) {
            // The next round tries again.
            LOG.warn("no {} in {} this time: {}", name, region, e.toString());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
