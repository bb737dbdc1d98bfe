package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Failures;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.UUID;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Shows errors of pages as a page. */
@RestControllerAdvice(basePackageClasses = PageErrors.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class PageErrors {

    private final Views pages;

    PageErrors(Views pages) {
        this.pages = pages;
    }

    @ExceptionHandler(Exception.class)
    void failed(Exception failure, HttpServletRequest request, HttpServletResponse response) throws Exception {
        if (response.isCommitted()) {
            throw failure;
        }
        var refusal = failure instanceof ErrorResponse malformed
                ? new ApiException(
                        "", malformed.getStatusCode().value(), "The request is not one that this page makes.")
                : Failures.refusal(failure, UUID.randomUUID().toString());
        var visitor = request.getAttribute(Visitor.ATTRIBUTE) instanceof Visitor one ? one : null;
        response.setStatus(refusal.status());
        refusal.headers().forEach(response::setHeader);
        pages.render(
                response,
                "refused",
                Map.of(
                        "page", pages.page("Not done", "", visitor),
                        "title", refusal.status() == 404 ? "Not found" : "That was not done",
                        "message", refusal.getMessage(),
                        "code", refusal.code(),
                        "back", back(request)));
    }

    /** The page with the refused form. */
    private static String back(HttpServletRequest request) {
        var path = Actions.path(request);
        return request.getMethod().equals("POST") && path.lastIndexOf('/') > "/ui".length()
                ? path.substring(0, path.lastIndexOf('/'))
                : "/ui";
    }
}
