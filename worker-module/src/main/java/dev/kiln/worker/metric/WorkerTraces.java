package dev.kiln.worker.metric;

import dev.kiln.execution.Attempt;
import dev.kiln.region.RegionId;
import dev.kiln.trace.TraceParent;
import dev.kiln.trace.TracedWork;
import dev.kiln.trace.TracedWork.Kind;
import dev.kiln.trace.Tracing;
import java.util.Optional;

/** Traces what this worker does; its methods are named after the events. The caller must close each piece of work. */
public final class WorkerTraces {

    private final Tracing tracing;

    public WorkerTraces(Tracing tracing) {
        this.tracing = tracing;
    }

    /** A message with this trace parent was received. */
    public TracedWork heard(Optional<TraceParent> place) {
        // Receiving a message without a trace does not begin one.
        var traced = place.isPresent() ? tracing : Tracing.OFF;
        return traced.begin(Kind.CONSUMER, "hear request", place);
    }

    /** Everything that this worker does for an execution in one attempt. */
    public TracedWork attempt(Attempt attempt, String worker) {
        return tracing.begin(Kind.INTERNAL, "attempt " + attempt.number(), attempt.trace())
                .with("kiln.execution", attempt.execution().value())
                .with("kiln.template", attempt.template().id().value())
                .with("kiln.attempt", attempt.number())
                .with("kiln.worker", worker);
    }

    TracedWork stage(Attempt attempt) {
        return tracing.begin(Kind.INTERNAL, attempt.status().name(), attempt.trace());
    }

    TracedWork step(Optional<TraceParent> stage, int number, String text) {
        return tracing.begin(Kind.INTERNAL, "step " + number, stage)
                .with("kiln.step", number)
                .with("kiln.step.text", text);
    }

    /** The copy to a region, with all its tries. */
    public TracedWork copy(Attempt attempt, RegionId region) {
        return tracing.begin(Kind.INTERNAL, "copy to " + region, attempt.trace())
                .with("kiln.region", region.value());
    }

    /** The shares of the copy in a region. */
    public TracedWork share(Attempt attempt, RegionId region) {
        return tracing.begin(Kind.INTERNAL, "share in " + region, attempt.trace())
                .with("kiln.region", region.value());
    }
}
