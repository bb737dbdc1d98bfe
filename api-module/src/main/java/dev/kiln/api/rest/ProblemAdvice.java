package dev.kiln.api.rest;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Failures;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.metric.Answered;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;

/** Answers every failure outside the wire's endpoint with a problem that has a code. */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

    private final Problems problems;

    ProblemAdvice(Problems problems) {
        this.problems = problems;
    }

    @ExceptionHandler(ApiException.class)
    void refused(ApiException refusal, HttpServletResponse response) throws IOException {
        problems.write(response, refusal);
    }

    @ExceptionHandler(Exception.class)
    void failed(Exception failure, HttpServletRequest request, HttpServletResponse response) throws Exception {
        if (response.isCommitted()) {
            // A download broke off; ending the connection early is the only way left to tell the client. Any exception
            // other than the failure itself would be logged as a defect of this handler.
            throw failure;
        }
        problems.write(response, Failures.refusal(failure, Answered.id(request)));
    }

    /** Names the place where the body is malformed; never the value, which may be a secret. */
    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return handleExceptionInternal(
                failure, ProblemDetail.forStatusAndDetail(status, said(failure.getCause())), headers, status, request);
    }

    private static String said(@Nullable Throwable cause) {
        if (cause instanceof StreamReadException broken) {
            var at = broken.getLocation();
            return "The body is not valid JSON, as of line " + at.getLineNr() + ", column " + at.getColumnNr()
                    + ". Names and texts stand in double quotes.";
        }
        if (cause instanceof DatabindException other) {
            var path = other.getPath().stream()
                    .map(step -> step.getPropertyName() == null ? "[" + step.getIndex() + "]" : step.getPropertyName())
                    .collect(Collectors.joining("."));
            return path.isEmpty()
                    ? "The body has to be a JSON object."
                    : "The member " + Refusals.quoted(path) + " of the body has a value of another type than it takes."
                            + " docs/api.md shows the body.";
        }
        if (cause instanceof JacksonException) {
            return "The body is nested too deeply, or has a text or a number that is too long.";
        }
        return "The request needs a body: a JSON object. docs/api.md shows it.";
    }

    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode statusCode, WebRequest request) {
        if (body instanceof ProblemDetail problem) {
            problem.setProperty("code", Problems.codeOf(statusCode));
        }
        var own = new HttpHeaders();
        own.putAll(headers);
        own.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return new ResponseEntity<>(body, own, statusCode);
    }
}
