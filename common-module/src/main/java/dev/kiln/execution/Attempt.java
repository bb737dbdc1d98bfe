package dev.kiln.execution;

import dev.kiln.image.ImageId;
import dev.kiln.template.Template;
import dev.kiln.trace.TraceParent;
import dev.kiln.trace.TracedWork;
import java.time.Duration;
import java.util.Optional;

/**
 * One worker's numbered claim of an execution. The number is the fence: every write of the worker names it, and matches
 * no row once another worker has claimed the execution.
 *
 * @param status the row's status when this was read
 * @param image id reserved for the image in the template's region
 * @param outcome set from RELEASING on
 * @param age age of the execution when it was claimed, by the database's clock
 * @param trace place in the trace for the current work; empty when it is not traced
 */
public record Attempt(
        ExecutionId execution,
        int number,
        ExecutionStatus status,
        ImageId image,
        Optional<Outcome> outcome,
        Template template,
        Duration age,
        Optional<TraceParent> trace) {

    Attempt in(ExecutionStatus now, Optional<Outcome> outcomeNow) {
        return new Attempt(execution, number, now, image, outcomeNow, template, age, trace);
    }

    /** This attempt as part of a piece of traced work. */
    public Attempt within(TracedWork work) {
        return new Attempt(
                execution,
                number,
                status,
                image,
                outcome,
                template,
                age,
                work.place().or(() -> trace));
    }
}
