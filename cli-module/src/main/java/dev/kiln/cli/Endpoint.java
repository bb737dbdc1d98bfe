package dev.kiln.cli;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/** Parses the address of the server: scheme, host and port only, since anything else would be ignored. */
final class Endpoint {

    private static final String LIKE = "; it is like http://127.0.0.1:8080";
    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final int LAST_PORT = 65_535;

    private Endpoint() {}

    /**
     * Reads the value of an environment variable.
     *
     * @param variable its name
     */
    static URI of(String variable, String text) throws UsageException {
        if (text.contains("@")) {
            // Without the value, which may hold a password.
            throw new UsageException(variable + " has a user or a password before an @, which nobody would be sent"
                    + "; the key signs requests, so leave them out");
        }
        var named = variable + " \"" + text + "\" ";
        var endpoint = parsed(text).orElseThrow(() -> new UsageException(named + "is not like http://127.0.0.1:8080"));
        if (endpoint.getPort() == 0 || endpoint.getPort() > LAST_PORT) {
            throw new UsageException(
                    named + "has the port " + endpoint.getPort() + ", which is not from 1 to " + LAST_PORT + LIKE);
        }
        if (!endpoint.getRawPath().isEmpty() && !endpoint.getRawPath().equals("/")) {
            throw new UsageException(named + "has the path " + endpoint.getRawPath() + ", and has to have none" + LIKE);
        }
        if (endpoint.getRawQuery() != null || endpoint.getRawFragment() != null) {
            throw new UsageException(named + "has something behind ? or #, and has to end with the port" + LIKE);
        }
        return endpoint;
    }

    private static Optional<URI> parsed(String text) {
        try {
            return Optional.of(URI.create(text))
                    .filter(endpoint -> endpoint.getScheme() != null && SCHEMES.contains(endpoint.getScheme()))
                    .filter(endpoint -> endpoint.getHost() != null);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
