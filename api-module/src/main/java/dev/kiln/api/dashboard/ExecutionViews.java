package dev.kiln.api.dashboard;

import dev.kiln.api.dashboard.ExecutionView.Stage;
import dev.kiln.api.dashboard.ExecutionView.Step;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.execution.ExecutionRecord;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.parameter.ExecutionParameters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.springframework.stereotype.Component;

/** Assembles the page of an execution. */
@Component
final class ExecutionViews {

    private static final List<ExecutionStatus> PATH = List.of(
            ExecutionStatus.PREPARING,
            ExecutionStatus.BUILDING,
            ExecutionStatus.TESTING,
            ExecutionStatus.DISTRIBUTING,
            ExecutionStatus.RELEASING,
            ExecutionStatus.CANCELLING);

    private final ExecutionRecord record;
    private final StageTimes times;
    private final ShownSteps steps;
    private final ShownTemplates templates;
    private final ExecutionQueue queue;
    private final ExecutionParameters parameters;

    ExecutionViews(
            ExecutionRecord record,
            StageTimes times,
            ShownSteps steps,
            ShownTemplates templates,
            ExecutionQueue queue,
            ExecutionParameters parameters) {
        this.record = record;
        this.times = times;
        this.steps = steps;
        this.templates = templates;
        this.queue = queue;
        this.parameters = parameters;
    }

    ExecutionView of(ShownExecutions.Row row, Visitor visitor) {
        var id = new ExecutionId(row.id());
        var events = record.events(id);
        if (events.isEmpty()) {
            throw Refusals.executionNotFound(); // its template was deleted since the row was read
        }
        var waiting = waiting(row);
        var now = waiting.isPresent() ? Status.WAITING : Status.of(row.status());
        var allowed = allowed(row, visitor);
        // What other executions took is for those who may list them.
        var usual = visitor.mayList(row) ? times.usual(row.templateId(), row.createdAt()) : Map.<String, Double>of();
        return new ExecutionView(
                row,
                now,
                waiting.isPresent() ? now.word() : Status.word(row.status()),
                failure(row),
                waiting,
                stages(row, now, events, usual),
                steps.of(row.id()).stream().map(step -> step(row, now, step)).toList(),
                allowed.targets() ? targets(id) : List.of(),
                allowed.parameters() ? parameters.shown(id) : List.of(),
                allowed);
    }

    private Optional<ExecutionView.Waiting> waiting(ShownExecutions.Row row) {
        if (row.waitsForAbility()) {
            return Optional.of(new ExecutionView.Waiting(0, Optional.empty(), true));
        }
        var position = row.waits() ? queue.position(new ExecutionId(row.id())) : OptionalInt.empty();
        return position.isEmpty()
                ? Optional.empty()
                : Optional.of(new ExecutionView.Waiting(
                        position.getAsInt(), queue.startsIn(position.getAsInt()), queue.isServed()));
    }

    private ExecutionView.Allowed allowed(ShownExecutions.Row row, Visitor visitor) {
        var template = templates.find(row.templateId()).orElseThrow(Refusals::executionNotFound);
        return new ExecutionView.Allowed(
                row.status().isCancellable()
                        && !row.isRetry()
                        && visitor.mayChange("ecs:CancelImagePipelineExecution", ResourceType.TEMPLATE, template),
                row.status() == ExecutionStatus.PARTITION_SUCCESS
                        && visitor.mayChange("kiln:RetryTargets", ResourceType.EXECUTION, row),
                row.status().isFinal()
                        && visitor.mayChange("ecs:StartImagePipelineExecution", ResourceType.TEMPLATE, template),
                visitor.may("kiln:GetExecutionLogs", ResourceType.EXECUTION, row),
                visitor.may("kiln:GetExecutionTargets", ResourceType.EXECUTION, row),
                visitor.may("kiln:GetExecutionParameters", ResourceType.EXECUTION, row));
    }

    /** The first line names the step and the failure; the rest is the last output. */
    private static Optional<ExecutionView.Failure> failure(ShownExecutions.Row row) {
        if (row.errorInfo().isEmpty() && row.errorCode().isEmpty()) {
            return Optional.empty();
        }
        var lines = row.errorInfo().lines().toList();
        var first = lines.isEmpty() ? row.message() : lines.get(0).replaceFirst("; last lines:$", "");
        return Optional.of(new ExecutionView.Failure(
                first.isEmpty() ? row.errorCode() : Character.toUpperCase(first.charAt(0)) + first.substring(1) + ".",
                String.join("\n", lines.subList(Math.min(1, lines.size()), lines.size())),
                row.errorCode()));
    }

    private static List<Stage> stages(
            ShownExecutions.Row row, Status now, List<ExecutionRecord.Event> events, Map<String, Double> usual) {
        var took = new EnumMap<ExecutionStatus, Duration>(ExecutionStatus.class);
        for (int at = 0; at < events.size(); at++) {
            var end = at + 1 < events.size() ? events.get(at + 1).at() : Instant.now();
            var stage = ExecutionStatus.valueOf(events.get(at).to());
            if (!stage.isFinal()) {
                took.merge(stage, Duration.between(events.get(at).at(), end), Duration::plus);
            }
        }
        var longest = took.values().stream()
                .mapToDouble(ExecutionViews::seconds)
                .max()
                .orElse(1);
        longest = Math.max(
                Math.max(longest, 0.1),
                shown(row, took, usual).stream()
                        .mapToDouble(stage -> usual.getOrDefault(stage.name(), 0.0))
                        .max()
                        .orElse(0));
        var stages = new ArrayList<Stage>();
        for (var stage : shown(row, took, usual)) {
            stages.add(stage(row, stage, Optional.ofNullable(took.get(stage)), usual, new Scale(longest, now, events)));
        }
        return stages;
    }

    /** The length that bars are relative to, the look of the stage that it is in, and the execution's events. */
    private record Scale(double longest, Status current, List<ExecutionRecord.Event> events) {

        /** How the execution left the stage. */
        Status left(ExecutionStatus stage, ExecutionStatus now) {
            if (leads(stage, ExecutionStatus.CANCELLING)) {
                return Status.CANCELLED;
            }
            if (now == ExecutionStatus.PARTITION_SUCCESS && stage == ExecutionStatus.DISTRIBUTING) {
                return Status.PARTIAL;
            }
            return Status.of(now) == Status.FAILED && leads(stage, ExecutionStatus.RELEASING)
                    ? Status.FAILED
                    : Status.DONE;
        }

        private boolean leads(ExecutionStatus stage, ExecutionStatus to) {
            return events.stream()
                    .anyMatch(event ->
                            event.to().equals(to.name()) && stage.name().equals(event.from()));
        }

        Instant began(ExecutionStatus stage) {
            return events.stream()
                    .filter(event -> event.to().equals(stage.name()))
                    .map(ExecutionRecord.Event::at)
                    .reduce((earlier, later) -> later)
                    .orElseThrow();
        }
    }

    private static List<ExecutionStatus> shown(
            ShownExecutions.Row row, Map<ExecutionStatus, Duration> took, Map<String, Double> usual) {
        return PATH.stream()
                .filter(stage -> took.containsKey(stage) || (!row.status().isFinal() && isToCome(stage, usual)))
                .toList();
    }

    private static boolean isToCome(ExecutionStatus stage, Map<String, Double> usual) {
        return switch (stage) {
            case CANCELLING -> false;
            case TESTING -> usual.containsKey("TESTING");
            default -> true;
        };
    }

    private static Stage stage(
            ShownExecutions.Row row,
            ExecutionStatus stage,
            Optional<Duration> took,
            Map<String, Double> usual,
            Scale scale) {
        var running = row.status() == stage;
        var status = running ? scale.current() : took.isEmpty() ? Status.WAITING : scale.left(stage, row.status());
        var median = Optional.ofNullable(usual.get(stage.name()));
        return new Stage(
                Status.sentence(stage.name()),
                status,
                took.map(Words::duration).orElse(""),
                median.map(Words::duration).orElse(""),
                running ? scale.began(stage).toString() : "",
                took.map(time -> 100 * seconds(time) / scale.longest()).orElse(0.0),
                median.map(time -> 100 * time / scale.longest()).orElse(0.0));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static Step step(ShownExecutions.Row row, Status now, ShownSteps.Step step) {
        var failed = step.exitCode().filter(code -> code != 0).isPresent();
        // Of a log whose lines got lost while the database was away the row alone tells.
        var done = step.millis().isPresent()
                || step.exitCode().filter(code -> code == 0).isPresent();
        var running = !done && !failed && row.status().name().equals(step.stage());
        var status = done ? Status.DONE : running ? now : failed || isFailed(row) ? Status.FAILED : Status.CANCELLED;
        var exit = done
                ? "0"
                : step.exitCode().map(code -> code < 0 ? "–" : code.toString()).orElse("");
        return new Step(
                step,
                status,
                step.millis().map(millis -> Words.duration(millis / 1000.0)).orElse(""),
                exit);
    }

    private static boolean isFailed(ShownExecutions.Row row) {
        return Status.of(row.status()) == Status.FAILED || row.status() == ExecutionStatus.RELEASING;
    }

    private List<ExecutionView.Target> targets(ExecutionId id) {
        return record.targets(id).stream()
                .map(target -> new ExecutionView.Target(
                        target,
                        Status.ofTarget(target.state()),
                        target.state().equals("COPIED") ? 100 : percent(target.bytesDone(), target.bytes()),
                        target.shares().stream()
                                .map(share -> new ExecutionView.Share(share, Status.ofTarget(share.state())))
                                .toList()))
                .toList();
    }

    private static int percent(long done, long of) {
        return of <= 0 ? 0 : (int) Math.min(100, 100 * done / of);
    }
}
