package dev.kiln.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A traced piece of work, from its beginning until it is closed: a span. */
public final class TracedWork implements AutoCloseable {

    static final TracedWork UNTRACED = new TracedWork(null);

    // Keeps the output of commands out of traces.
    private static final int LONGEST = 200;

    private final @Nullable Span span;

    TracedWork(@Nullable Span span) {
        this.span = span;
    }

    /** The kind of work, in OpenTelemetry's words. */
    public enum Kind {
        SERVER,
        PRODUCER,
        CONSUMER,
        INTERNAL
    }

    /** The place for parts and consequences of this work; empty when nothing is traced. */
    public Optional<TraceParent> place() {
        if (span == null || !span.getSpanContext().isValid()) {
            return Optional.empty();
        }
        var context = span.getSpanContext();
        return Optional.of(new TraceParent(
                context.getTraceId(),
                context.getSpanId(),
                context.getTraceFlags().asHex()));
    }

    /** Adds an attribute. */
    public TracedWork with(String key, String value) {
        if (span != null) {
            span.setAttribute(key, cut(value));
        }
        return this;
    }

    /** Adds an attribute. */
    public TracedWork with(String key, long value) {
        if (span != null) {
            span.setAttribute(key, value);
        }
        return this;
    }

    /** Adds an event. */
    public void happened(String what) {
        if (span != null) {
            span.addEvent(cut(what));
        }
    }

    /** Marks the work as failed, with the reason. */
    public void failed(String why) {
        if (span != null) {
            span.setStatus(StatusCode.ERROR, cut(why));
        }
    }

    private static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }

    @Override
    public void close() {
        if (span != null) {
            span.end();
        }
    }
}
