package dev.kiln.worker.run;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.worker.WorkerSettings;
import java.time.Duration;
import java.util.stream.Stream;
import org.springframework.util.unit.DataSize;

/** The settings of workers that a rig makes from now on. */
final class RigSettings {

    DataSize sharedSteps = DataSize.ofMegabytes(1);
    int copiesAtOnce = 4;
    Duration stopGrace = Duration.ofMillis(500);
    Duration packerGrace = Duration.ofSeconds(10);
    Duration copyStall = Duration.ofMinutes(10);
    private Duration executionTime = Duration.ofHours(1);
    private WorkerSettings.StageTime stageTime = stageTime(Duration.ofHours(1));

    private static WorkerSettings.StageTime stageTime(Duration time) {
        return new WorkerSettings.StageTime(time, time, time, time, time);
    }

    /** They give each stage so much time. */
    void limitStages(Duration time) {
        stageTime = stageTime(time);
    }

    /** They give the stage of that status so much time, and an hour to the others. */
    void limitStage(ExecutionStatus limited, Duration time) {
        var times = Stream.of("PREPARING", "BUILDING", "TESTING", "DISTRIBUTING", "RELEASING")
                .map(name -> limited.name().equals(name) ? time : Duration.ofHours(1))
                .toList();
        stageTime = new WorkerSettings.StageTime(times.get(0), times.get(1), times.get(2), times.get(3), times.get(4));
    }

    /** They give each execution so much time. */
    void limitExecutions(Duration time) {
        executionTime = time;
    }

    WorkerSettings of(int slots) {
        return new WorkerSettings(
                "rig",
                slots,
                Duration.ofSeconds(1),
                Duration.ofMillis(50),
                stopGrace,
                2,
                3,
                Duration.ofMillis(10),
                copyStall,
                copiesAtOnce,
                sharedSteps,
                1 << 20,
                Duration.ofSeconds(1),
                Duration.ZERO,
                executionTime,
                stageTime,
                null);
    }
}
