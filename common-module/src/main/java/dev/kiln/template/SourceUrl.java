package dev.kiln.template;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** The URLs that a build may fetch a file from. */
public final class SourceUrl {

    private SourceUrl() {}

    /** What is wrong with a URL, and what to do about it. */
    public record Fault(String rule, String remedy) {}

    /** The fault of a URL; empty if it is allowed. */
    public static Optional<Fault> fault(String text) {
        URI url;
        try {
            url = new URI(text).parseServerAuthority();
        } catch (URISyntaxException e) {
            return fault("is no URL", "write http://host/path/file");
        }
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            return fault("is neither http:// nor https://", "serve the file by one of them");
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null || url.getRawUserInfo() != null) {
            return fault("has a query string, a fragment or a password", "use a URL without them");
        }
        var name = name(text);
        if (url.getHost() == null || name.isEmpty() || name.equals(".") || name.equals("..")) {
            return fault("names no host or no file", "write http://host/path/file");
        }
        return Optional.empty();
    }

    /** The file's name: the last part of the URL's path. */
    public static String name(String url) {
        var path = URI.create(url).getRawPath();
        return path == null ? "" : path.substring(path.lastIndexOf('/') + 1);
    }

    private static Optional<Fault> fault(String rule, String remedy) {
        return Optional.of(new Fault(rule, remedy));
    }
}
