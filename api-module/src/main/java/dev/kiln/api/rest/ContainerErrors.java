package dev.kiln.api.rest;

import dev.kiln.api.error.ApiException;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers with a problem, too, what the container itself refuses, such as a body that breaks off. */
@RestController
class ContainerErrors implements ErrorController {

    private final Problems problems;

    ContainerErrors(Problems problems) {
        this.problems = problems;
    }

    @RequestMapping("/error")
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Without the attribute a client has asked for this method's path, where there is nothing.
        var status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer known
                ? HttpStatusCode.valueOf(known)
                : HttpStatus.NOT_FOUND;
        var detail = "The request cannot be answered. Check that it is well-formed HTTP and was sent to its end.";
        problems.write(response, new ApiException(Problems.codeOf(status), status.value(), detail));
    }
}
