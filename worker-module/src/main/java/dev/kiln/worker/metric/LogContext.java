package dev.kiln.worker.metric;

import dev.kiln.execution.Attempt;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Until it is closed, the log lines of this thread carry execution, attempt and template, and its trace if it has one.
 */
public final class LogContext {

    private final @Nullable Map<String, String> before = MDC.getCopyOfContextMap();

    private LogContext(Map<String, String> now) {
        now.forEach(MDC::put);
    }

    /** Sets the context of log lines about an attempt. */
    public static LogContext of(Attempt attempt) {
        var now = new HashMap<>(Map.of(
                "execution", attempt.execution().value(),
                "attempt", Integer.toString(attempt.number()),
                "template", attempt.template().id().value()));
        attempt.trace().ifPresent(place -> now.put("trace", place.trace()));
        return new LogContext(now);
    }

    /** The work, for another thread; its log lines then carry the context of this one. */
    public static <T> Callable<T> carriedTo(Callable<T> work) {
        var here = MDC.getCopyOfContextMap();
        return () -> {
            var lines = new LogContext(here == null ? Map.of() : here);
            try {
                return work.call();
            } finally {
                lines.close();
            }
        };
    }

    /** Restores the previous context. */
    public void close() {
        if (before == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(before);
        }
    }
}
