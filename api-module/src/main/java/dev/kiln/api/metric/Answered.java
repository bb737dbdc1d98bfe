package dev.kiln.api.metric;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.UUID;
import org.slf4j.MDC;

/** What is known of a request while it is answered: its id, whose it is, and what it is about. */
public final class Answered {

    /** The code of a request that was not refused. */
    public static final String OK = "OK";

    private static final String ID = "dev.kiln.request-id";
    private static final String OPERATION = "dev.kiln.operation";
    private static final String CODE = "dev.kiln.code";

    private Answered() {}

    /** Begins: from now on log lines carry the request's id. */
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

    /** The caller is known. */
    public static void by(Object account) {
        MDC.put("account", account.toString());
    }

    /** The operation is known to exist. */
    public static void operation(HttpServletRequest request, String name) {
        request.setAttribute(OPERATION, name);
        MDC.put("operation", name);
    }

    /** How the request was answered: {@link #OK} or the code of the refusal. */
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
