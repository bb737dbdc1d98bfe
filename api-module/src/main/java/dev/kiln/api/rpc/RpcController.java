package dev.kiln.api.rpc;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Failures;
import dev.kiln.api.error.Gateway;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.metric.Answered;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.signature.Authentication;
import dev.kiln.api.signature.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The endpoint of the wire: verifies the signature, finds the operation, and renders its answer or its refusal. */
@RestController
class RpcController {

    private static final String VERSION = "2014-05-26";

    private final Authentication authentication;
    private final Operations operations;

    RpcController(Authentication authentication, Operations operations) {
        this.authentication = authentication;
        this.operations = operations;
    }

    @RequestMapping("/")
    void handle(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (isBrowser(request)) {
            // A relative address, as in all redirects: a proxy in front may terminate TLS.
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", "/ui");
            return;
        }
        var requestId = Answered.id(request);
        var format = formatByHeaders(request);
        try {
            requireMethod(request.getMethod());
            var rpc = RpcRequest.read(request);
            format = Format.of(rpc.parameter("Format"), format);
            name(rpc).ifPresent(name -> Answered.operation(request, name));
            var caller = verify(request, rpc);
            var operation = find(rpc);
            var answer = operations.run(operation, caller, rpc.parameters());
            answer.put("RequestId", requestId);
            Answered.with(request, Answered.OK);
            Answered.about(request, rpc.parameters(), answer);
            write(response, 200, format, operation.declaration().name() + "Response", answer);
        } catch (RuntimeException e) {
            var refusal = Failures.refusal(e, requestId);
            Answered.with(request, refusal.code());
            refusal.headers().forEach(response::setHeader);
            write(response, refusal.status(), format, "Error", error(refusal, requestId, request.getServerName()));
        }
    }

    /**
     * Whether a browser asks for the page. A request to the wire has at least a query, a body or a header of its own,
     * even if wrong; accepting text/html is not enough, since Java's own HTTP client does so too.
     */
    private static boolean isBrowser(HttpServletRequest request) {
        return request.getMethod().equals("GET")
                && request.getQueryString() == null
                && request.getHeader("authorization") == null
                && request.getHeader("x-acs-action") == null
                && Optional.ofNullable(request.getHeader("accept")).orElse("").startsWith("text/html,application/");
    }

    /** The format until the parameters are known: XML for V1; JSON for V3 unless only XML is accepted. */
    private static Format formatByHeaders(HttpServletRequest request) {
        var accept = Optional.ofNullable(request.getHeader("accept")).orElse("").toLowerCase(Locale.ROOT);
        if (request.getHeader("authorization") == null) {
            return Format.XML;
        }
        return accept.contains("xml") && !accept.contains("json") ? Format.XML : Format.JSON;
    }

    private static void requireMethod(String method) {
        if (!method.equals("GET") && !method.equals("POST")) {
            throw Refusals.invalid(Gateway.METHOD, "HTTP method", method, "it has to be GET or POST");
        }
    }

    private Caller verify(HttpServletRequest request, RpcRequest rpc) {
        var caller = rpc.isV3()
                ? authentication.verifyV3(
                        rpc.signed(), Optional.of(rpc.bodyHash()), List.of("x-acs-action", "x-acs-version"))
                : authentication.verifyV1(rpc.signed().method(), rpc.parameters());
        Answered.by(request, caller.account(), caller.accessKeyId());
        return caller;
    }

    /** The operation's name, if it exists; known before the signature is verified. */
    private Optional<String> name(RpcRequest rpc) {
        return operations
                .find(rpc.common("Action", "x-acs-action"))
                .map(operation -> operation.declaration().name());
    }

    private Operation<?> find(RpcRequest rpc) {
        var action = rpc.common("Action", "x-acs-action");
        if (action.isEmpty()) {
            throw Gateway.missing("Action");
        }
        var version = rpc.common("Version", "x-acs-version");
        if (version.isEmpty()) {
            throw Gateway.missing("Version");
        }
        var operation = operations
                .find(action)
                .orElseThrow(() -> Gateway.ACTION_NOT_FOUND.because(
                        "Specified api is not found, please check your url and method: " + Refusals.quoted(action)
                                + "."));
        if (!version.equals(VERSION)) {
            throw Refusals.invalid(Gateway.VERSION, "Version", version, "it has to be " + VERSION);
        }
        return operation;
    }

    private static Map<String, Object> error(ApiException refusal, String requestId, String host) {
        var error = new LinkedHashMap<String, Object>();
        error.put("RequestId", requestId);
        error.put("HostId", host);
        error.put("Code", refusal.code());
        error.put("Message", refusal.getMessage());
        error.put("Recommend", "docs/api.md#errors " + refusal.code() + " Ecs " + requestId);
        return error;
    }

    private static void write(
            HttpServletResponse response, int status, Format format, String root, Map<String, Object> answer)
            throws IOException {
        var body = format.render(root, answer);
        response.setStatus(status);
        response.setContentType(format.contentType());
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
