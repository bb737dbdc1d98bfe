package dev.kiln.template;

import java.net.URI;
import java.net.URISyntaxException;

/** What COPY may read. */
final class CopySource {

    private CopySource() {}

    /** A file of the context, its path without a leading slash. */
    static String contextFile(SourceLine line, String path) throws BuildContentException {
        var resolved = ImagePath.resolve("", path)
                .orElseThrow(
                        () -> line.invalid("leaves the context by \"..\"", "name a file within the uploaded context"));
        if (resolved.equals("/") || path.endsWith("/")) {
            throw line.invalid("names a directory", "COPY takes one file; pack a directory and unpack it by RUN tar");
        }
        return resolved.substring(1);
    }

    static String url(SourceLine line, String text) throws BuildContentException {
        var url = parse(line, text);
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            throw line.invalid("is neither http:// nor https://", "serve the file by one of them");
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null || url.getRawUserInfo() != null) {
            throw line.invalid("has a query string, a fragment or a password", "use a URL without them");
        }
        var path = url.getRawPath();
        var name = path.substring(path.lastIndexOf('/') + 1);
        if (url.getHost() == null || name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw line.invalid("names no host or no file", "write http://host/path/file");
        }
        return text;
    }

    private static URI parse(SourceLine line, String text) throws BuildContentException {
        try {
            return new URI(text).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw line.invalid("is no URL", "write http://host/path/file");
        }
    }
}
