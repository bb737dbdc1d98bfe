package dev.kiln.trace;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends traces to a collector, in the background and without ever delaying the traced work. Without a collector it does
 * nothing and loads no class of OpenTelemetry, not even by reflection on this class.
 */
public final class Tracing implements AutoCloseable {

    /** Traces nothing. */
    public static final Tracing OFF = new Tracing(new TracingSettings("", 1), "");

    private final @Nullable Collector collector;

    /** @param service name of this process in traces, unless {@code OTEL_SERVICE_NAME} sets another */
    public Tracing(TracingSettings settings, String service) {
        this.collector = settings.endpoint().isEmpty() ? null : new Collector(settings, service);
    }

    public boolean isOn() {
        return collector != null;
    }

    /** Begins a piece of work below this place; without a place it begins a trace of its own. */
    public TracedWork begin(TracedWork.Kind kind, String name, Optional<TraceParent> place) {
        return begin(kind, name, place, Instant.now());
    }

    /** Begins a piece of work that started earlier. */
    public TracedWork begin(TracedWork.Kind kind, String name, Optional<TraceParent> place, Instant begun) {
        return collector == null ? TracedWork.UNTRACED : collector.begin(kind, name, place, begun);
    }

    /** Sends what is left, for at most some seconds. */
    @Override
    public void close() {
        if (collector != null) {
            collector.close();
        }
    }
}
