package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Failures;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
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
        pages.refused(request, response, refusal);
    }
}
