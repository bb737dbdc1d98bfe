package dev.kiln.api.webhook;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import java.net.URI;
import java.net.URISyntaxException;

/** The parsed address of a webhook, which must be a web address and nothing else. */
record Destination(boolean tls, String host, int port, String target) {

    private static final int LONGEST = 2048;

    static Destination of(String url) {
        if (url.length() > LONGEST) {
            throw refusal(url, "it has more than " + LONGEST + " characters");
        }
        try {
            var uri = new URI(url);
            var scheme = String.valueOf(uri.getScheme());
            if (!scheme.equals("https") && !scheme.equals("http")) {
                throw refusal(url, "it has to begin with https:// or http://");
            }
            if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
                throw refusal(url, "it has to have a host, and neither a user nor a fragment");
            }
            if (!url.chars().allMatch(c -> c > ' ' && c < 0x7f) || uri.getPort() == 0 || uri.getPort() > 65_535) {
                throw refusal(url, "it has to be ASCII, percent-encoded, with a port from 1 to 65535 if any");
            }
            return of(uri, scheme.equals("https"));
        } catch (URISyntaxException e) {
            throw refusal(url, "it is no URL");
        }
    }

    private static Destination of(URI uri, boolean tls) {
        var usual = tls ? 443 : 80;
        var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new Destination(
                tls,
                uri.getHost().replaceAll("[\\[\\]]", ""),
                uri.getPort() < 0 ? usual : uri.getPort(),
                uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
    }

    static ApiException refusal(String url, String rule) {
        return Refusals.invalid(RestCodes.INVALID_URL, "url", url, rule);
    }

    /** The value of the Host header: without the scheme's default port. */
    String authority() {
        var name = host.contains(":") ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }
}
