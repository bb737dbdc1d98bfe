package dev.kiln.execution;

import dev.kiln.image.ImageId;
import dev.kiln.template.Template;
import dev.kiln.trace.TraceParent;
import dev.kiln.trace.TracedWork;
import java.time.Duration;
import java.util.Optional;

/**
 * One worker's claim of an execution, numbered. The number is the fence: every write of the worker names it, and finds
 * no row once another worker has claimed the execution.
 *
 * @param status the status that the row had when this was read
 * @param image id reserved for the image of the template's region
 * @param outcome set from RELEASING on
 * @param age of the execution when it was claimed, by the database's clock
 * @param trace place in a trace of what is done now; empty when nobody traces it
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

    /** The same as part of a piece of work. */
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
