package dev.kiln.api.rpc;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.signature.Authentication;
import dev.kiln.api.signature.FormText;
import dev.kiln.api.signature.Signatures;
import dev.kiln.api.signature.SignedRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * A request to the endpoint, not verified yet. Query and body are read raw, never through the container's parameters,
 * so that the signature is checked over what was sent.
 *
 * @param parameters query and form together
 */
record RpcRequest(SignedRequest signed, Map<String, String> parameters, String bodyHash) {

    // As much as a query may have, which takes all that an operation can be sent. It is held before anybody knows whose
    // it is.
    static final int MAX_BODY = 256 * 1024;
    private static final String FORM = "application/x-www-form-urlencoded";

    static RpcRequest read(HttpServletRequest request) {
        var body = SignedRequest.readBody(request, MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw ErrorCode.INVALID_PARAMETER.because(
                    "The body has more than " + MAX_BODY + " bytes. Send fewer parameters.");
        }
        var type = request.getContentType();
        if (body.length > 0 && type != null && !type.toLowerCase(Locale.ROOT).startsWith(FORM)) {
            throw Refusals.invalid(ErrorCode.INVALID_PARAMETER, "Content-Type", type, "a body has to be " + FORM);
        }
        var query = FormText.parse(request.getQueryString());
        var form = FormText.parse(new String(body, StandardCharsets.ISO_8859_1));
        return new RpcRequest(SignedRequest.of(request, query), FormText.merge(query, form), Signatures.sha256(body));
    }

    boolean isV3() {
        return Authentication.claimsV3(signed);
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** A common parameter: V3 sends it in a signed header, V1 among the signed parameters. */
    String common(String name, String header) {
        return isV3() ? signed.header(header) : parameter(name);
    }
}
