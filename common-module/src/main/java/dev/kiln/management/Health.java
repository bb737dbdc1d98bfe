package dev.kiln.management;

import dev.kiln.management.HealthCheck.Need;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The health of this process, from its checks. A check that does not answer counts as failed and is not started again
 * until it does: a caller waits for seconds at most, whatever hangs.
 */
public final class Health implements AutoCloseable {

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(3);

    private final List<Watched> watched;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "health");
        thread.setDaemon(true);
        return thread;
    });

    public Health(List<HealthCheck> checks) {
        this.watched = checks.stream().map(Watched::new).toList();
    }

    /** The result of one check. */
    public record Finding(boolean up, String detail) {}

    /**
     * The combined result.
     *
     * @param up whether every check with the requested need succeeded
     * @param checks all results, including those that are only reported
     */
    public record Report(boolean up, Map<String, Finding> checks) {

        /** The result in one word. */
        public String status() {
            return up ? "UP" : "DOWN";
        }
    }

    /** Whether the process has what it needs at this level; HEALTH includes the checks that are only reported. */
    public Report report(Need asked) {
        var told = watched.stream()
                .filter(one -> asked == Need.HEALTH || one.check.concerns(asked))
                .toList();
        // Starts all at once, so that the waiting times of those that do not answer overlap.
        told.forEach(Watched::begin);
        var findings = new LinkedHashMap<String, Finding>();
        var up = true;
        for (var one : told) {
            var finding = one.finding();
            findings.put(one.check.name(), finding);
            up &= finding.up() || !one.check.concerns(asked);
        }
        return new Report(up, findings);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private final class Watched {

        private final HealthCheck check;
        private Finding last = new Finding(false, "nobody has looked yet");
        private @Nullable Future<Finding> looking;
        private long begun;

        Watched(HealthCheck check) {
            this.check = check;
        }

        synchronized void begin() {
            var unused = underWay();
        }

        private Future<Finding> underWay() {
            var look = looking;
            if (look == null || (look.isDone() && age().compareTo(check.fresh()) > 0)) {
                look = threads.submit(this::look);
                looking = look;
                begun = System.nanoTime();
            }
            return look;
        }

        synchronized Finding finding() {
            last = await(underWay());
            return last;
        }

        private Duration age() {
            return Duration.ofNanos(System.nanoTime() - begun);
        }

        private Finding await(Future<Finding> look) {
            try {
                // A caller that comes while another is waiting in vain waits only for the rest of the time.
                var left = LONGEST_LOOK.minus(age());
                return look.get(Math.max(left.toMillis(), 1), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                return new Finding(false, "no answer for " + age().toSeconds() + " s");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Finding(false, "interrupted while it was looked at");
            } catch (ExecutionException e) {
                return new Finding(false, String.valueOf(e.getCause()));
            }
        }

        private Finding look() {
            try {
                return new Finding(true, check.look().call());
            } catch (Exception e) {
                return new Finding(false, e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }
}
