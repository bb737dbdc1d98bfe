package dev.kiln.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;

/** The body of a request. */
public final class RequestBody {

    /** Writes the bytes, from the first one at each call. */
    private interface Source {
        void writeTo(OutputStream out) throws IOException;
    }

    private final String contentType;
    private final String sha256;
    private final long length;
    private final Source source;

    private RequestBody(String contentType, String sha256, long length, Source source) {
        this.contentType = contentType;
        this.sha256 = sha256;
        this.length = length;
        this.source = source;
    }

    public static RequestBody none() {
        return new RequestBody("", RequestSignature.sha256(new byte[0]), 0, out -> {});
    }

    public static RequestBody json(JsonNode json) {
        return jsonText(json.toString());
    }

    /** The bytes of a file, read twice: once for the digest in the signature, once while they are sent. */
    public static RequestBody file(Path file) throws IOException {
        var digest = RequestSignature.digest();
        long length;
        try (var digesting = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            length = Files.copy(file, digesting);
        }
        var sha256 = HexFormat.of().formatHex(digest.digest());
        return new RequestBody("application/octet-stream", sha256, length, out -> Files.copy(file, out));
    }

    /** JSON written by the user; the server checks it. */
    static RequestBody jsonText(String json) {
        var bytes = json.getBytes(StandardCharsets.UTF_8);
        return new RequestBody(
                "application/json", RequestSignature.sha256(bytes), bytes.length, out -> out.write(bytes));
    }

    /** This body, with its progress reported while it is sent. */
    RequestBody telling(Progress progress) {
        return new RequestBody(contentType, sha256, length, out -> source.writeTo(progress.over(out, length)));
    }

    /** The content type; empty for no body. */
    String contentType() {
        return contentType;
    }

    /** The SHA-256 of the bytes, in hexadecimal digits. */
    String sha256() {
        return sha256;
    }

    long length() {
        return length;
    }

    void writeTo(OutputStream out) throws IOException {
        source.writeTo(out);
    }
}
