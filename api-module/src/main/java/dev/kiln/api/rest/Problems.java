package dev.kiln.api.rest;

import dev.kiln.api.error.ApiException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Refusals as RFC 9457 problems. */
@Component
final class Problems {

    private final JsonMapper json;

    Problems(JsonMapper json) {
        this.json = json;
    }

    static ProblemDetail of(ApiException refusal) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(refusal.status()), refusal.getMessage());
        problem.setProperty("code", refusal.code());
        return problem;
    }

    /** The code for a refusal by Spring itself: the status in one word, for example NotFound. */
    static String codeOf(HttpStatusCode status) {
        var known = HttpStatus.resolve(status.value());
        return known == null ? "Refused" : known.getReasonPhrase().replaceAll("[^A-Za-z]", "");
    }

    void write(HttpServletResponse response, ApiException refusal) throws IOException {
        var body = json.writeValueAsBytes(of(refusal));
        response.setStatus(refusal.status());
        refusal.headers().forEach(response::setHeader);
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
