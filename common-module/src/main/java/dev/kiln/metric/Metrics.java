package dev.kiln.metric;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The meters of this process. Not a bean of a Micrometer type: other libraries that find one in the context add meters
 * to it that are not documented.
 */
public final class Metrics implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final AtomicBoolean toldOfJvm = new AtomicBoolean();

    /** The counter of a metric with these label values. */
    public Counter counter(Metric metric, String... values) {
        return Counter.builder(metric.meter())
                .description(metric.meaning())
                .tags(tags(metric, Metric.Kind.COUNTER, values))
                .register(registry);
    }

    /** The timer of a metric with these label values. */
    public Timer timer(Metric metric, String... values) {
        return Timer.builder(metric.meter())
                .description(metric.meaning())
                .serviceLevelObjectives(metric.bounds().toArray(Duration[]::new))
                .tags(tags(metric, Metric.Kind.TIMER, values))
                .register(registry);
    }

    /** Registers a gauge whose value is read at each scrape; NaN means that it is not known. */
    public void gauge(Metric metric, Supplier<Number> value, String... values) {
        Gauge.builder(metric.meter(), value)
                .description(metric.meaning())
                .tags(tags(metric, Metric.Kind.GAUGE, values))
                .register(registry);
    }

    private static List<Tag> tags(Metric metric, Metric.Kind kind, String... values) {
        if (metric.kind() != kind || metric.labels().size() != values.length) {
            throw new IllegalArgumentException(metric + " is a " + metric.kind() + " with " + metric.labels());
        }
        var tags = new ArrayList<Tag>();
        for (var at = 0; at < values.length; at++) {
            tags.add(Tag.of(metric.labels().get(at), values[at]));
        }
        return tags;
    }

    /** All meters in a text format of Prometheus, with those of the Java runtime. */
    public String scrape(String contentType) {
        if (toldOfJvm.compareAndSet(false, true)) {
            tellOfJvm();
        }
        return registry.scrape(contentType);
    }

    // At the first scrape, to keep it out of the start.
    private void tellOfJvm() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
