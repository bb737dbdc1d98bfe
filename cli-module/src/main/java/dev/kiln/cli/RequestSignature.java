package dev.kiln.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature of one request by ACS3-HMAC-SHA256.
 *
 * @param path as sent
 * @param query not encoded
 * @param headers the headers to be sent; those that the algorithm covers are signed
 * @param bodySha256 in hexadecimal digits
 */
record RequestSignature(
        String method, String path, Map<String, String> query, Map<String, String> headers, String bodySha256) {

    private static final String ALGORITHM = "ACS3-HMAC-SHA256";

    /** The value of the Authorization header. */
    String authorization(AccessKey key) {
        return ALGORITHM + " Credential=" + key.id() + ",SignedHeaders=" + signedHeaders() + ",Signature="
                + signature(key.secret());
    }

    String signature(String secret) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(stringToSign().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    String stringToSign() {
        return ALGORITHM + "\n" + sha256(canonicalRequest().getBytes(StandardCharsets.UTF_8));
    }

    String canonicalRequest() {
        var lines = covered().entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue().strip() + "\n")
                .collect(Collectors.joining());
        return String.join("\n", method, path, canonicalQuery(query), lines, signedHeaders(), bodySha256);
    }

    String signedHeaders() {
        return String.join(";", covered().keySet());
    }

    private SortedMap<String, String> covered() {
        var covered = new TreeMap<String, String>();
        headers.forEach((name, value) -> {
            var lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-acs-") || lower.equals("host") || lower.equals("content-type")) {
                covered.put(lower, value);
            }
        });
        return covered;
    }

    /** Sorted and encoded by RFC 3986; this is also how the query is sent. */
    static String canonicalQuery(Map<String, String> query) {
        return new TreeMap<>(query)
                .entrySet().stream()
                        .map(pair -> encoded(pair.getKey()) + "=" + encoded(pair.getValue()))
                        .collect(Collectors.joining("&"));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
