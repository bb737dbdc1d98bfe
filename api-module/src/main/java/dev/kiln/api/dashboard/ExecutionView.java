package dev.kiln.api.dashboard;

import dev.kiln.api.execution.ExecutionRecord;
import dev.kiln.parameter.ExecutionParameters;
import java.time.Duration;
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

    /** In how many regions there is something to try again. */
    public long failedTargets() {
        return targets.stream().filter(Target::hasFailed).count();
    }

    /** What went wrong: a sentence, and what was printed last. */
    public record Failure(String sentence, String lastLines, String code) {}

    /**
     * Its place in the line.
     *
     * @param position 0 when no worker that is there can do what it needs
     */
    public record Waiting(int position, Optional<Duration> startsIn) {}

    /**
     * A part of the time line.
     *
     * @param since when it began, while it is under way
     * @param share how much of the bar's length it takes, in percent
     * @param usualShare likewise, what it usually takes
     */
    public record Stage(
            String name, Status status, String took, String usual, String since, double share, double usualShare) {}

    /** A step of the build or its test. */
    public record Step(ShownSteps.Step step, Status status, String took, String exit) {}

    /** A region that gets a copy, and the accounts that it is shared with there. */
    public record Target(ExecutionRecord.Target copy, Status status, int percent, List<Share> shares) {

        /** Whether there is something to try again. */
        public boolean hasFailed() {
            return status == Status.FAILED || shares.stream().anyMatch(share -> share.status() == Status.FAILED);
        }
    }

    /** An account that a copy is shared with. */
    public record Share(ExecutionRecord.Share share, Status status) {}

    /** What the visitor may do. */
    public record Allowed(
            boolean cancel, boolean retry, boolean start, boolean log, boolean targets, boolean parameters) {}
}
