package dev.kiln.api.dashboard;

import dev.kiln.api.execution.Retries;
import dev.kiln.api.rpc.Operations;
import dev.kiln.execution.ExecutionId;
import dev.kiln.region.RegionId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Runs changes from pages as operations of the wire: with the same checks and the same refusals. */
@Component
final class Actions {

    private final Operations operations;
    private final Retries retries;

    Actions(Operations operations, Retries retries) {
        this.operations = operations;
        this.retries = retries;
    }

    Map<String, Object> run(String operation, Visitor visitor, Map<String, String> parameters) {
        return operations.run(operation, visitor.caller(), parameters);
    }

    void retry(ExecutionId execution, Visitor visitor, Optional<RegionId> region) {
        retries.retry(execution, visitor.caller().account(), region);
    }

    /** The requested path in a form that is safe to redirect to: two leading slashes would name another host. */
    static String path(HttpServletRequest request) {
        return request.getRequestURI().replaceFirst("^/+", "/");
    }

    /** The page that a form was on, by where it is sent to; the first one for what is no form. */
    static String pageOf(HttpServletRequest request) {
        var path = path(request);
        return request.getMethod().equals("POST") && path.lastIndexOf('/') > "/ui".length()
                ? path.substring(0, path.lastIndexOf('/'))
                : "/ui";
    }

    /** The browser asks for another page of ours; after a change, so that to load it again changes nothing. */
    static void seeOther(HttpServletResponse response, String path) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", path);
    }
}
