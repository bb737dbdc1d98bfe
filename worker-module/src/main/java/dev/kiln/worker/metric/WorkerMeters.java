package dev.kiln.worker.metric;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import dev.kiln.region.RegionId;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.function.LongConsumer;

/** Counts what this worker does; its methods are named after the events. */
public final class WorkerMeters {

    private final Metrics metrics;

    public WorkerMeters(Metrics metrics) {
        this.metrics = metrics;
    }

    /** Starts the counters of alerts at zero: a counter that did not exist before does not count as grown. */
    void begin(Collection<RegionId> regions) {
        for (var region : regions) {
            metrics.counter(Metric.TARGETS, region.value(), "failed");
        }
        metrics.counter(Metric.CLAIMS, "again");
        for (var status : ExecutionStatus.values()) {
            if (status.isFinal()) {
                metrics.counter(Metric.ENDS, status.name());
            } else {
                metrics.timer(Metric.STAGE, status.name(), Outcome.ERROR.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    /** How a stage ended. */
    enum Outcome {
        DONE,
        FAILED,
        ERROR,
        INTERRUPTED
    }

    /** This worker has claimed an execution. */
    public void claimed(Attempt attempt) {
        metrics.counter(Metric.CLAIMS, attempt.number() == 1 ? "first" : "again")
                .increment();
    }

    /** The execution's status has changed; counts those that have ended. */
    public void moved(Attempt attempt) {
        if (attempt.status().isFinal()) {
            metrics.counter(Metric.ENDS, attempt.status().name()).increment();
        }
    }

    void stageEnded(ExecutionStatus stage, Outcome outcome, Duration took) {
        metrics.timer(Metric.STAGE, stage.name(), outcome.name().toLowerCase(Locale.ROOT))
                .record(took);
    }

    void stepRun(Duration took) {
        metrics.timer(Metric.STEP).record(took);
        metrics.counter(Metric.STEPS, "run").increment();
    }

    void stepReused() {
        metrics.counter(Metric.STEPS, "cached").increment();
    }

    /** A target has its copy. */
    public void targetCopied(RegionId region) {
        metrics.counter(Metric.TARGETS, region.value(), "copied").increment();
    }

    /** A target is given up. */
    public void targetFailed(RegionId region) {
        metrics.counter(Metric.TARGETS, region.value(), "failed").increment();
    }

    /** A copy to a target has failed and is tried again. */
    public void targetTriedAgain(RegionId region) {
        metrics.counter(Metric.TARGET_RETRIES, region.value()).increment();
    }

    /**
     * Counts the bytes of one copy by its progress, which it passes on.
     *
     * @param continued whether the first number reported is what was there before
     */
    public LongConsumer counting(RegionId region, boolean continued, LongConsumer progress) {
        return new CopiedBytes(
                metrics.counter(Metric.COPY_BYTES, region.value(), "kept"),
                metrics.counter(Metric.COPY_BYTES, region.value(), "sent"),
                continued,
                progress);
    }
}
