package dev.kiln.cli;

import java.util.Map;

/**
 * A request before it is signed.
 *
 * @param action the wire's operation, or empty for the REST API
 */
record ApiCall(String method, String path, Map<String, String> query, RequestBody body, String action) {

    static ApiCall rpc(String action, Map<String, String> parameters) {
        return new ApiCall("POST", "/", parameters, RequestBody.none(), action);
    }

    static ApiCall rest(String method, String path, Map<String, String> query, RequestBody body) {
        return new ApiCall(method, path, query, body, "");
    }

    static ApiCall get(String path, Map<String, String> query) {
        return rest("GET", path, query, RequestBody.none());
    }

    /** Whether the path cannot name another host, as a double slash, or a missing one, could. */
    static boolean isPath(String path) {
        return path.startsWith("/") && !path.startsWith("//");
    }
}
