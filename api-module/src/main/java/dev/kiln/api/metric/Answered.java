package dev.kiln.api.metric;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.slf4j.MDC;

/** What is known of a request while it is answered: its id, its caller, and its subject. */
public final class Answered {

    /** The code of a request that was not refused. */
    public static final String OK = "OK";

    private static final String ID = "dev.kiln.request-id";
    private static final String OPERATION = "dev.kiln.operation";
    private static final String CODE = "dev.kiln.code";
    private static final String CALLER = "dev.kiln.known-caller";
    private static final String ABOUT = "dev.kiln.about";

    private Answered() {}

    /** Starts the request: from now on, log lines carry its id. */
    static void begin(HttpServletRequest request) {
        var id = UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
        request.setAttribute(ID, id);
        MDC.put("request", id);
    }

    static void end() {
        MDC.remove("request");
        MDC.remove("account");
        MDC.remove("operation");
        MDC.remove("trace");
    }

    /** The request's id, for the answer and the log. */
    public static String id(HttpServletRequest request) {
        return String.valueOf(request.getAttribute(ID));
    }

    /** Notes the caller. */
    public static void by(HttpServletRequest request, Object account, String accessKeyId) {
        MDC.put("account", account.toString());
        request.setAttribute(CALLER, "key " + accessKeyId + " of account " + account);
    }

    /** Nothing is changed by the request, although its method says so. */
    public static void withoutChange(HttpServletRequest request) {
        request.removeAttribute(CALLER);
    }

    /** What was asked of the wire, and answered. */
    public static void about(HttpServletRequest request, Map<String, ?> asked, Map<String, ?> answer) {
        request.setAttribute(ABOUT, Changes.ids(asked, answer));
    }

    /** Writes the audit line, with caller and ids; nothing for an unauthenticated request. */
    static void tellChange(HttpServletRequest request, String operation) {
        if (request.getAttribute(CALLER) instanceof String caller) {
            var about = request.getAttribute(ABOUT) instanceof String ids ? ids : "";
            Changes.tell(request, operation, about, caller);
        }
    }

    /** Notes the operation; the name must be one that exists. */
    public static void operation(HttpServletRequest request, String name) {
        request.setAttribute(OPERATION, name);
        MDC.put("operation", name);
    }

    /** Notes how the request was answered: {@link #OK} or the code of the refusal. */
    public static void with(HttpServletRequest request, String code) {
        request.setAttribute(CODE, code);
    }

    static String operationOf(HttpServletRequest request, String otherwise) {
        return request.getAttribute(OPERATION) instanceof String name ? name : otherwise;
    }

    static String codeOf(HttpServletRequest request, String otherwise) {
        return request.getAttribute(CODE) instanceof String code ? code : otherwise;
    }
}
