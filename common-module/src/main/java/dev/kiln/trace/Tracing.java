package dev.kiln.trace;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends traces to a collector, in the background and without ever holding up what is traced. Without a collector it
 * does nothing, and no class of OpenTelemetry's is loaded: whoever looks at this class finds none of them either.
 */
public final class Tracing implements AutoCloseable {

    /** Traces nothing. */
    public static final Tracing OFF = new Tracing(new TracingSettings("", 1), "");

    private final @Nullable Collector collector;

    /** @param service what this process is called in traces, unless {@code OTEL_SERVICE_NAME} says otherwise */
    public Tracing(TracingSettings settings, String service) {
        this.collector = settings.endpoint().isEmpty() ? null : new Collector(settings, service);
    }

    public boolean isOn() {
        return collector != null;
    }

    /** Begins a piece of work that belongs there; without a place it begins a trace of its own. */
    public TracedWork begin(TracedWork.Kind kind, String name, Optional<TraceParent> place) {
        return begin(kind, name, place, Instant.now());
    }

    /** The same of work that has begun before. */
    public TracedWork begin(TracedWork.Kind kind, String name, Optional<TraceParent> place, Instant begun) {
        return collector == null ? TracedWork.UNTRACED : collector.begin(kind, name, place, begun);
    }

    /** Sends what is left, for some seconds. */
    @Override
    public void close() {
        if (collector != null) {
            collector.close();
        }
    }
}
