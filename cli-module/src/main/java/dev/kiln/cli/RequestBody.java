package dev.kiln.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;

/**
 * What a request carries.
 *
 * @param contentType empty for no body
 * @param sha256 of the bytes, in hexadecimal digits
 */
public record RequestBody(String contentType, String sha256, BodyPublisher publisher) {

    public static RequestBody none() {
        return new RequestBody("", RequestSignature.sha256(new byte[0]), BodyPublishers.noBody());
    }

    public static RequestBody json(JsonNode json) {
        var bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        return new RequestBody("application/json", RequestSignature.sha256(bytes), BodyPublishers.ofByteArray(bytes));
    }

    /** The bytes of a file, read twice: once for the digest that is signed, once while they are sent. */
    public static RequestBody file(Path file) throws IOException {
        var digest = RequestSignature.digest();
        try (var digesting = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            Files.copy(file, digesting);
        }
        var sha256 = HexFormat.of().formatHex(digest.digest());
        return new RequestBody("application/octet-stream", sha256, BodyPublishers.ofFile(file));
    }
}
