package dev.kiln.api.metric;

import dev.kiln.trace.TraceParent;
import dev.kiln.trace.TracedWork;
import dev.kiln.trace.Tracing;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/**
 * The traces of requests. A request is recorded only once it begins some work: by then its caller is authenticated and
 * permitted, so that nobody else can fill a collector or decide what is recorded.
 */
@Component
public final class RequestTraces {

    private static final ThreadLocal<Request> ANSWERED = new ThreadLocal<>();

    private final Tracing tracing;

    RequestTraces(Tracing tracing) {
        this.tracing = tracing;
    }

    private static final class Request {

        private final HttpServletRequest http;
        private final Tracing tracing;
        private final Instant begun = Instant.now();
        private @Nullable TracedWork work;

        Request(HttpServletRequest http, Tracing tracing) {
            this.http = http;
            this.tracing = tracing;
        }
    }

    /** This thread now answers a request. */
    void begin(HttpServletRequest http) {
        if (tracing.isOn()) {
            ANSWERED.set(new Request(http, tracing));
        }
    }

    /**
     * The place in a trace for the work that this thread's request begins: in the caller's trace if the request names
     * one. Empty if nothing is traced.
     */
    public static Optional<TraceParent> place() {
        var request = ANSWERED.get();
        if (request == null) {
            return Optional.empty();
        }
        if (request.work == null) {
            request.work = begun(request);
        }
        var place = request.work.place();
        place.ifPresent(known -> MDC.put("trace", known.trace()));
        return place;
    }

    private static TracedWork begun(Request request) {
        var http = request.http;
        return request.tracing
                .begin(
                        TracedWork.Kind.SERVER,
                        Answered.operationOf(http, http.getMethod()),
                        TraceParent.parse(http.getHeader(TraceParent.HEADER)),
                        request.begun)
                .with("http.request.method", http.getMethod())
                .with("url.path", http.getRequestURI())
                .with("kiln.request", Answered.id(http));
    }

    /** The request is answered. */
    void end(int status, String code) {
        var request = ANSWERED.get();
        ANSWERED.remove();
        if (request != null && request.work != null) {
            request.work.with("http.response.status_code", status).with("kiln.code", code);
            if (status >= 500) {
                request.work.failed(code);
            }
            request.work.close();
        }
    }
}
