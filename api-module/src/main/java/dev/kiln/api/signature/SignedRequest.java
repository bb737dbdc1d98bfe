package dev.kiln.api.signature;

import dev.kiln.api.error.Refusals;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The parts of an HTTP request that a V3 signature covers.
 *
 * @param path as sent, not decoded
 * @param headers by lower-case name; several of one name are joined by commas
 */
public record SignedRequest(String method, String path, Map<String, String> query, Map<String, String> headers) {

    /** The request's own method, path and headers with an already parsed query. */
    public static SignedRequest of(HttpServletRequest request, Map<String, String> query) {
        var headers = new HashMap<String, String>();
        for (var name : Collections.list(request.getHeaderNames())) {
            var values = Collections.list(request.getHeaders(name));
            headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values));
        }
        return new SignedRequest(request.getMethod(), request.getRequestURI(), query, headers);
    }

    /** The body, or its first {@code atMost} bytes if it is longer; refuses a body that breaks off. */
    public static byte[] readBody(HttpServletRequest request, int atMost) {
        try {
            return request.getInputStream().readNBytes(atMost);
        } catch (IOException e) {
            throw Refusals.bodyBrokeOff();
        }
    }

    /** The header's value, trimmed; empty when it was not sent. */
    public String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "").trim();
    }

    /** The canonical request of the V3 rules: six parts, the header block followed by an empty line. */
    public String canonical(List<String> signedHeaders) {
        var block = signedHeaders.stream()
                .map(name -> name + ":" + header(name) + "\n")
                .collect(Collectors.joining());
        return String.join(
                "\n",
                method,
                path,
                FormText.canonical(query),
                block,
                String.join(";", signedHeaders),
                header("x-acs-content-sha256"));
    }
}
