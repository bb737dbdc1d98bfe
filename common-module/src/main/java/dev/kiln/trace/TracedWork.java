package dev.kiln.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A piece of work that a trace tells of, from its begin until it is closed: a span. */
public final class TracedWork implements AutoCloseable {

    static final TracedWork UNTRACED = new TracedWork(null);

    // Traces are no place for what commands print.
    private static final int LONGEST = 200;

    private final @Nullable Span span;

    TracedWork(@Nullable Span span) {
        this.span = span;
    }

    /** What sort of work it is; the words are OpenTelemetry's. */
    public enum Kind {
        SERVER,
        PRODUCER,
        CONSUMER,
        INTERNAL
    }

    /** The place of what is part of this work, or caused by it; empty when nothing is traced. */
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

    /** Says something of the work. */
    public TracedWork with(String key, String value) {
        if (span != null) {
            span.setAttribute(key, cut(value));
        }
        return this;
    }

    /** Says something of the work. */
    public TracedWork with(String key, long value) {
        if (span != null) {
            span.setAttribute(key, value);
        }
        return this;
    }

    /** Something happened during the work. */
    public void happened(String what) {
        if (span != null) {
            span.addEvent(cut(what));
        }
    }

    /** The work came to nothing, for this reason. */
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
