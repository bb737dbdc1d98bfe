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

/** Sends traces to a collector with OpenTelemetry's SDK; loaded only when a collector is set. */
final class Collector implements AutoCloseable {

    private static final long SECONDS_FOR_THE_LAST = 2;

    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;

    Collector(TracingSettings settings, String service) {
        this.sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                // OpenTelemetry's own variables and properties override these.
                .addPropertiesSupplier(() -> Map.of(
                        "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none",
                        "otel.exporter.otlp.protocol", "http/protobuf",
                        "otel.traces.sampler", "parentbased_traceidratio",
                        "otel.traces.sampler.arg", Double.toString(settings.sampling()),
                        // Milliseconds. A process that is killed loses what it has not sent yet.
                        "otel.bsp.schedule.delay", "1000",
                        "otel.exporter.otlp.endpoint", settings.endpoint()))
                .addResourceCustomizer((resource, config) ->
                        config.getString("otel.service.name") == null ? named(resource, service) : resource)
                .build()
                .getOpenTelemetrySdk();
        this.tracer = sdk.getTracer("dev.kiln");
    }

    private static Resource named(Resource resource, String service) {
        return resource.merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), service)));
    }

    TracedWork begin(TracedWork.Kind kind, String name, Optional<TraceParent> place, Instant begun) {
        var span = tracer.spanBuilder(name)
                .setSpanKind(SpanKind.valueOf(kind.name()))
                .setStartTimestamp(begun)
                .setParent(place.map(Collector::context).orElse(Context.root()))
                .startSpan();
        return new TracedWork(span);
    }

    private static Context context(TraceParent place) {
        var remote = SpanContext.createFromRemoteParent(
                place.trace(), place.span(), TraceFlags.fromHex(place.flags(), 0), TraceState.getDefault());
        return Context.root().with(Span.wrap(remote));
    }

    /** Sends what is left, for at most some seconds. */
    @Override
    public void close() {
        sdk.shutdown().join(SECONDS_FOR_THE_LAST, TimeUnit.SECONDS);
    }
}
