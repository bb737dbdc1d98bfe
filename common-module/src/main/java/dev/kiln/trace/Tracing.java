package dev.kiln.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends traces to a collector, in the background and without ever holding up what is traced. Without a collector it
 * does nothing, and no class of OpenTelemetry's is loaded.
 */
public final class Tracing implements AutoCloseable {

    /** Traces nothing. */
    public static final Tracing OFF = new Tracing(new TracingSettings("", 1), "");

    private static final long SECONDS_FOR_THE_LAST = 5;

    private final @Nullable OpenTelemetrySdk sdk;
    private final @Nullable Tracer tracer;

    /** @param service what this process is called in traces, unless {@code OTEL_SERVICE_NAME} says otherwise */
    public Tracing(TracingSettings settings, String service) {
        this.sdk = settings.endpoint().isEmpty() ? null : sdk(settings, service);
        this.tracer = sdk == null ? null : sdk.getTracer("dev.kiln");
    }

    private static OpenTelemetrySdk sdk(TracingSettings settings, String service) {
        return AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                // What OpenTelemetry's own variables and properties say is taken instead.
                .addPropertiesSupplier(() -> Map.of(
                        "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none",
                        "otel.exporter.otlp.protocol", "http/protobuf",
                        "otel.traces.sampler", "parentbased_traceidratio",
                        "otel.traces.sampler.arg", Double.toString(settings.sampling()),
                        // Milliseconds. What a process that is killed has not sent yet is lost.
                        "otel.bsp.schedule.delay", "1000",
                        "otel.exporter.otlp.endpoint", settings.endpoint()))
                .addResourceCustomizer((resource, config) ->
                        config.getString("otel.service.name") == null ? named(resource, service) : resource)
                .build()
                .getOpenTelemetrySdk();
    }

    private static Resource named(Resource resource, String service) {
        return resource.merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), service)));
    }

    public boolean isOn() {
        return tracer != null;
    }

    /** Begins a piece of work that belongs there; without a place it begins a trace of its own. */
    public TracedWork begin(TracedWork.Kind kind, String name, Optional<TraceParent> place) {
        return begin(kind, name, place, Instant.now());
    }

    /** The same of work that has begun before. */
    public TracedWork begin(TracedWork.Kind kind, String name, Optional<TraceParent> place, Instant begun) {
        if (tracer == null) {
            return TracedWork.UNTRACED;
        }
        var span = tracer.spanBuilder(name)
                .setSpanKind(SpanKind.valueOf(kind.name()))
                .setStartTimestamp(begun)
                .setParent(place.map(Tracing::context).orElse(Context.root()))
                .startSpan();
        return new TracedWork(span);
    }

    private static Context context(TraceParent place) {
        var remote = SpanContext.createFromRemoteParent(
                place.trace(), place.span(), TraceFlags.fromHex(place.flags(), 0), TraceState.getDefault());
        return Context.root().with(Span.wrap(remote));
    }

    /** Sends what is left, for some seconds. */
    @Override
    public void close() {
        if (sdk != null) {
            sdk.shutdown().join(SECONDS_FOR_THE_LAST, TimeUnit.SECONDS);
        }
    }
}
