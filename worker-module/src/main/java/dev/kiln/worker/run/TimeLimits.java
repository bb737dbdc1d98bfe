package dev.kiln.worker.run;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.worker.WorkerSettings;
import java.time.Duration;
import java.util.Locale;

/** How long a stage may still take: its own limit, or what is left of the execution's, whichever comes first. */
final class TimeLimits {

    private static final Duration NEVER = Duration.ofDays(36_500);

    private final ExecutionAges ages;
    private final WorkerSettings settings;

    TimeLimits(ExecutionAges ages, WorkerSettings settings) {
        this.ages = ages;
        this.settings = settings;
    }

    /**
     * What is left.
     *
     * @param left negative when the time is over already
     * @param failure what the execution's owner is told when it is over
     */
    record Left(Duration left, Failure failure) {}

    /** Asks the database once; the caller's clock counts from there. */
    Left left(Attempt attempt) {
        var status = attempt.status();
        var age = ages.of(attempt);
        // A cancel has its own deadline in the row.
        if (status == ExecutionStatus.CANCELLING || age.isEmpty()) {
            return new Left(NEVER, Failure.NONE);
        }
        var stageTime = settings.stageTime().of(status);
        var ofStage = stageTime.minus(age.get().stage());
        var ofExecution = settings.executionTime().minus(age.get().execution());
        // Cleaning up is what the end of the execution's time leads to, so only its own limit ends it.
        return status == ExecutionStatus.RELEASING || ofStage.compareTo(ofExecution) < 0
                ? new Left(
                        ofStage,
                        failure(
                                "StageTimeLimitExceeded",
                                status + " took longer, over all attempts, than ",
                                stageTime,
                                "stage-time." + status.name().toLowerCase(Locale.ROOT)))
                : new Left(
                        ofExecution,
                        failure(
                                "ExecutionTimeLimitExceeded",
                                "the execution took longer, its wait for a worker included, than ",
                                settings.executionTime(),
                                "execution-time"));
    }

    private static Failure failure(String code, String what, Duration limit, String setting) {
        return new Failure(code, what + limit.toSeconds() + " seconds; the operator can raise kiln.worker." + setting);
    }
}
