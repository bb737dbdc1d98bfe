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

/** Around every request: gives it an id, and tells the meters how it was answered and how long that took. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestWatch extends OncePerRequestFilter {

    private final RequestMeters meters;

    RequestWatch(RequestMeters meters) {
        this.meters = meters;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var begun = System.nanoTime();
        Answered.begin(request);
        try {
            chain.doFilter(request, response);
        } finally {
            var took = Duration.ofNanos(System.nanoTime() - begun);
            meters.answered(
                    Answered.operationOf(request, "other"),
                    Answered.codeOf(request, Integer.toString(response.getStatus())),
                    took);
            Answered.end();
        }
    }
}
