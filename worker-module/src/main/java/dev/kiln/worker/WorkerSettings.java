package dev.kiln.worker;

import dev.kiln.execution.ExecutionStatus;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings {@code kiln.worker.*}.
 *
 * @param name of this worker in rows and logs; empty: host name and process id
 * @param slots how many executions run here at the same time
 * @param sweepEvery how often the worker looks for orphaned executions
 * @param watchEvery how often a running stage asks whether it may continue
 * @param stopGrace how long an interrupted stage may take to end before it is abandoned, fenced off
 * @param stageTries how often a stage is tried when this machine or a region, not the template, is at fault
 * @param copyTries how often a copy to one region is tried before the target fails
 * @param copyBackOff pause before the second try of a copy; doubled each time
 * @param copyStall how long a copy, import or export of a single image can go without writing a byte before its try
 *     fails
 * @param copiesAtOnce how many regions one execution copies to at the same time
 * @param sharedSteps space in a region for steps that builds share (docs/adr/0012)
 * @param logLimitBytes how much of a build's output is kept: three quarters from its beginning, one quarter from its
 *     end; less of the end for a build that prints faster than 128 KiB in a fifth of a second
 * @param schemaWait how long a starting worker waits for the API to migrate the schema
 * @param drainGrace how long a stopping worker waits for its executions to reach the end of a step, a copy or a stage
 *     before it interrupts them
 * @param executionTime time of an execution from its start, or from its retry, including waiting
 * @param stageTime time of each stage, over all attempts
 * @param readyFile a file that the worker touches while it takes work, for health checks; none when not set
 */
@ConfigurationProperties("kiln.worker")
public record WorkerSettings(
        @DefaultValue("") String name,
        @DefaultValue("2") int slots,
        @DefaultValue("1s") Duration sweepEvery,
        @DefaultValue("250ms") Duration watchEvery,
        @DefaultValue("10s") Duration stopGrace,
        @DefaultValue("3") int stageTries,
        @DefaultValue("5") int copyTries,
        @DefaultValue("200ms") Duration copyBackOff,
        @DefaultValue("30m") Duration copyStall,
        @DefaultValue("4") int copiesAtOnce,
        @DefaultValue("20GB") DataSize sharedSteps,
        @DefaultValue("16777216") long logLimitBytes,
        @DefaultValue("60s") Duration schemaWait,
        @DefaultValue("20s") Duration drainGrace,
        @DefaultValue("24h") Duration executionTime,
        @DefaultValue StageTime stageTime,
        @Nullable Path readyFile) {

    // Below the 15 s of silence after which a lock is lost, although StageWatch gives signs of life while a stage ends.
    private static final Duration LONGEST_STOP_GRACE = Duration.ofSeconds(10);

    /**
     * Time of each stage.
     *
     * @param preparing from the moment a worker has the execution
     * @param building base image, all steps, packing and storing together
     * @param testing fetching the image and all test commands together
     * @param distributing all copies together
     * @param releasing giving scratch space back
     */
    public record StageTime(
            @DefaultValue("15m") Duration preparing,
            @DefaultValue("6h") Duration building,
            @DefaultValue("6h") Duration testing,
            @DefaultValue("6h") Duration distributing,
            @DefaultValue("15m") Duration releasing) {

        /** The limit of the stage of a status that has one. */
        public Duration of(ExecutionStatus status) {
            return switch (status) {
                case PREPARING -> preparing;
                case BUILDING -> building;
                case TESTING -> testing;
                case DISTRIBUTING -> distributing;
                case RELEASING -> releasing;
                default -> throw new IllegalArgumentException(status + " has no limit of its own");
            };
        }
    }

    public WorkerSettings {
        if (slots < 1) {
            throw new IllegalArgumentException("kiln.worker.slots is " + slots + ", but a worker has at least 1 slot");
        }
        if (stopGrace.compareTo(LONGEST_STOP_GRACE) > 0) {
            throw new IllegalArgumentException("kiln.worker.stop-grace is " + stopGrace
                    + ", but at most 10s: a lock is lost after 15 s of silence");
        }
    }
}
