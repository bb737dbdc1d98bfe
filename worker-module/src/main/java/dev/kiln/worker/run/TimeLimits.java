package dev.kiln.worker.run;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.worker.WorkerSettings;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How long an attempt's stages may still take: each stage its own limit, or what is left of the execution's if less.
 */
final class TimeLimits {

    private static final Duration NEVER = Duration.ofDays(36_500);

    private final ExecutionAges ages;
    private final WorkerSettings settings;

    TimeLimits(ExecutionAges ages, WorkerSettings settings) {
        this.ages = ages;
        this.settings = settings;
    }

    /**
     * The time that is left.
     *
     * @param left negative when the time is already over
     * @param failure what the execution's owner is told when the time is over
     */
    record Left(Duration left, Failure failure) {}

    /** Reads the ages once, when the attempt begins; from there this process's clock counts. */
    Attempted of(Attempt attempt) {
        return new Attempted(ages.of(attempt), attempt.status());
    }

    /** The time limits of one attempt. */
    final class Attempted {

        private final Optional<ExecutionAges.Age> before;
        private final ExecutionStatus first;
        private final long begun = System.nanoTime();

        private Attempted(Optional<ExecutionAges.Age> before, ExecutionStatus first) {
            this.before = before;
            this.first = first;
        }

        /** The time that is left for the stage of this status, which begins now. */
        Left left(ExecutionStatus status) {
            // A cancel has its own deadline, in the row.
            if (status == ExecutionStatus.CANCELLING || before.isEmpty()) {
                return new Left(NEVER, Failure.NONE);
            }
            // Earlier attempts have used some of the first stage's time; later stages begin with this attempt.
            var spent = status == first ? before.get().stage() : Duration.ZERO;
            var whole = before.get().execution().plusNanos(System.nanoTime() - begun);
            return sooner(
                    status,
                    settings.stageTime().of(status).minus(spent),
                    settings.executionTime().minus(whole));
        }
    }

    private Left sooner(ExecutionStatus status, Duration ofStage, Duration ofExecution) {
        // RELEASING follows when the execution's time is over, so only its own limit ends it.
        return status == ExecutionStatus.RELEASING || ofStage.compareTo(ofExecution) < 0
                ? new Left(
                        ofStage,
                        failure(
                                "StageTimeLimitExceeded",
                                status + " took longer, over all attempts, than ",
                                settings.stageTime().of(status),
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
