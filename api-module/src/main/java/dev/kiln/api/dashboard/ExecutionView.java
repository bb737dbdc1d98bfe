package dev.kiln.api.dashboard;

import dev.kiln.api.execution.ExecutionRecord;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.parameter.ExecutionParameters;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** An execution as its page shows it. */
public record ExecutionView(
        ShownExecutions.Row execution,
        Status status,
        String word,
        Optional<Failure> failure,
        Optional<Waiting> waiting,
        List<Stage> stages,
        List<Step> steps,
        List<Target> targets,
        List<ExecutionParameters.Shown> parameters,
        Allowed allowed) {

    /** The number of regions that can be retried. */
    public long failedTargets() {
        return targets.stream().filter(Target::hasFailed).count();
    }

    /** Whether it has come so far that there were images, whatever became of them. */
    public boolean madeImages() {
        return EnumSet.of(ExecutionStatus.SUCCESS, ExecutionStatus.PARTITION_SUCCESS, ExecutionStatus.TEST_FAILED)
                .contains(execution.status());
    }

    /** What went wrong: a sentence, and what was printed last. */
    public record Failure(String sentence, String lastLines, String code) {}

    /**
     * Its place in the queue.
     *
     * @param position 0 if no present worker can do what it needs
     * @param served whether there is any worker
     */
    public record Waiting(int position, Optional<Duration> startsIn, boolean served) {}

    /**
     * A stage in the time line.
     *
     * @param since when it began, if it is in progress
     * @param share its share of the bar's length, in percent
     * @param usualShare the share that it usually takes, in percent
     */
    public record Stage(
            String name, Status status, String took, String usual, String since, double share, double usualShare) {}

    /** A step of the build or its test. */
    public record Step(ShownSteps.Step step, Status status, String took, String exit) {}

    /** A region that gets a copy, and the accounts that the copy is shared with. */
    public record Target(ExecutionRecord.Target copy, Status status, int percent, List<Share> shares) {

        /** Whether anything in it can be retried. */
        public boolean hasFailed() {
            return status == Status.FAILED || shares.stream().anyMatch(share -> share.status() == Status.FAILED);
        }
    }

    /** An account that a copy is shared with. */
    public record Share(ExecutionRecord.Share share, Status status) {}

    /** What the visitor is allowed to do. */
    public record Allowed(
            boolean cancel, boolean retry, boolean start, boolean log, boolean targets, boolean parameters) {}
}
