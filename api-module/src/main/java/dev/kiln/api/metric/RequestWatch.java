package dev.kiln.api.metric;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Surrounds every request: gives it an id, and reports its answer and duration to metrics, traces and the audit log.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestWatch extends OncePerRequestFilter {

    private final RequestMeters meters;
    private final RequestTraces traces;

    RequestWatch(RequestMeters meters, RequestTraces traces) {
        this.meters = meters;
        this.traces = traces;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var begun = System.nanoTime();
        Answered.begin(request);
        traces.begin(request);
        try {
            chain.doFilter(request, response);
        } finally {
            var took = Duration.ofNanos(System.nanoTime() - begun);
            var code = Answered.codeOf(request, Integer.toString(response.getStatus()));
            meters.answered(Answered.operationOf(request, "other"), code, took);
            traces.end(response.getStatus(), code);
            if (response.getStatus() < 400) {
                Answered.tellChange(request, Answered.operationOf(request, request.getMethod()));
            }
            Answered.end();
        }
    }
}
