package dev.kiln.api.rest;

import dev.kiln.api.error.Failures;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.metric.Answered;
import dev.kiln.api.signature.Authentication;
import dev.kiln.api.signature.FormText;
import dev.kiln.api.signature.Signatures;
import dev.kiln.api.signature.SignedRequest;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets a request to the REST API through only if the V3 signature over its real path is right, and passes the caller on
 * as the attribute {@link #CALLER}. Bodies are compared with their signed hash here, except uploads: the region's store
 * compares those while it writes.
 */
final class SignatureFilter extends OncePerRequestFilter {

    static final String CALLER = "dev.kiln.caller";
    private static final int MAX_BODY = 64 * 1024;

    private final Authentication authentication;
    private final Problems problems;

    SignatureFilter(Authentication authentication, Problems problems) {
        this.authentication = authentication;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        HttpServletRequest verified;
        try {
            verified = verify(request);
        } catch (RuntimeException e) {
            problems.write(response, Failures.refusal(e, Answered.id(request)));
            return;
        }
        chain.doFilter(verified, response);
    }

    private HttpServletRequest verify(HttpServletRequest request) {
        var query = FormText.parse(request.getQueryString());
        var signed = SignedRequest.of(request, query);
        var streams = isUpload(request.getMethod(), request.getServletPath());
        var body = streams ? new byte[0] : SignedRequest.readBody(request, MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw RestCodes.TOO_LARGE.because("The body has more than " + MAX_BODY + " bytes.");
        }
        var hash = streams ? Optional.<String>empty() : Optional.of(Signatures.sha256(body));
        var caller = authentication.verifyV3(signed, hash, List.of());
        Answered.by(request, caller.account(), caller.accessKeyId());
        request.setAttribute(CALLER, caller);
        return streams ? new VerifiedRequest(request, query) : new ReadBody(request, query, body);
    }

    private static boolean isUpload(String method, String path) {
        return switch (method) {
            case "POST" -> path.equals("/api/v1/images");
            case "PUT" -> path.matches("/api/v1/templates/[^/]+/context");
            default -> false;
        };
    }
}
