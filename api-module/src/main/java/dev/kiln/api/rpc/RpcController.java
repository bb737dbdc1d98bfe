package dev.kiln.api.rpc;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Failures;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.signature.Authentication;
import dev.kiln.api.signature.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The endpoint of the wire: verifies the signature, finds the operation, renders its answer or its refusal. */
@RestController
class RpcController {

    private static final String VERSION = "2014-05-26";

    private final Authentication authentication;
    private final Map<String, Operation> operations;

    RpcController(Authentication authentication, List<Operation> operations) {
        this.authentication = authentication;
        this.operations = operations.stream().collect(Collectors.toMap(Operation::name, Function.identity()));
    }

    @RequestMapping("/")
    void handle(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var requestId = UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
        var format = formatByHeaders(request);
        try {
            requireMethod(request.getMethod());
            var rpc = RpcRequest.read(request);
            format = Format.of(rpc.parameter("Format"), format);
            var caller = verify(rpc);
            var operation = find(rpc);
            var answer = operation.run(new Call(caller, new Parameters(rpc.parameters())));
            write(response, 200, format, operation.name() + "Response", answer.with("RequestId", requestId));
        } catch (RuntimeException e) {
            var refusal = Failures.refusal(e, requestId);
            write(response, refusal.status(), format, "Error", error(refusal, requestId, request.getServerName()));
        }
    }

    /** What is known before the parameters are: V1's default is XML, V3's is JSON unless XML alone is accepted. */
    private static Format formatByHeaders(HttpServletRequest request) {
        var accept = Optional.ofNullable(request.getHeader("accept")).orElse("").toLowerCase(Locale.ROOT);
        if (request.getHeader("authorization") == null) {
            return Format.XML;
        }
        return accept.contains("xml") && !accept.contains("json") ? Format.XML : Format.JSON;
    }

    private static void requireMethod(String method) {
        if (!method.equals("GET") && !method.equals("POST")) {
            throw Refusals.invalid("UnsupportedHTTPMethod", "HTTP method", method, "it has to be GET or POST");
        }
    }

    private Caller verify(RpcRequest rpc) {
        return rpc.isV3()
                ? authentication.verifyV3(
                        rpc.signed(), Optional.of(rpc.bodyHash()), List.of("x-acs-action", "x-acs-version"))
                : authentication.verifyV1(rpc.signed().method(), rpc.parameters());
    }

    private Operation find(RpcRequest rpc) {
        var action = rpc.common("Action", "x-acs-action");
        if (action.isEmpty()) {
            throw Refusals.missingCommon("Action");
        }
        var version = rpc.common("Version", "x-acs-version");
        if (version.isEmpty()) {
            throw Refusals.missingCommon("Version");
        }
        var operation = operations.get(action);
        if (operation == null) {
            throw new ApiException(
                    "InvalidAction.NotFound",
                    404,
                    "Specified api is not found, please check your url and method: " + Refusals.quoted(action) + ".");
        }
        if (!version.equals(VERSION)) {
            throw Refusals.invalid("InvalidVersion", "Version", version, "it has to be " + VERSION);
        }
        return operation;
    }

    private static Answer error(ApiException refusal, String requestId, String host) {
        return new Answer()
                .with("RequestId", requestId)
                .with("HostId", host)
                .with("Code", refusal.code())
                .with("Message", refusal.getMessage())
                .with("Recommend", "docs/api.md#errors " + refusal.code() + " Ecs " + requestId);
    }

    private static void write(HttpServletResponse response, int status, Format format, String root, Answer answer)
            throws IOException {
        var body = format.render(root, answer);
        response.setStatus(status);
        response.setContentType(format.contentType());
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
