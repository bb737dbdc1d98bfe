package dev.kiln.api.rest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request whose parameters are those of the signed query. The container would also take parameters from a body whose
 * content type says form, and so use up an upload.
 */
class VerifiedRequest extends HttpServletRequestWrapper {

    private final Map<String, String> query;

    VerifiedRequest(HttpServletRequest request, Map<String, String> query) {
        super(request);
        this.query = query;
    }

    @Override
    public @Nullable String getParameter(String name) {
        return query.get(name);
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        var value = query.get(name);
        return value == null ? null : new String[] {value};
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        return query.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, pair -> new String[] {pair.getValue()}));
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(query.keySet());
    }
}
