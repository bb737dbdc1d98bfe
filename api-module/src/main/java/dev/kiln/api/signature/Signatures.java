package dev.kiln.api.signature;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Computes the two signatures of the wire; looks up no keys and reads no clock. */
public final class Signatures {

    public static final String V3_ALGORITHM = "ACS3-HMAC-SHA256";

    private Signatures() {}

    /** What signature V1 signs: all parameters but Signature itself. */
    public static String stringToSignV1(String method, Map<String, String> parameters) {
        return method + "&%2F&" + FormText.encode(FormText.canonical(without(parameters, "Signature", false)));
    }

    /** As {@link #stringToSignV1}, for clients that send empty values but leave them out of the signature. */
    public static String stringToSignV1WithoutEmpty(String method, Map<String, String> parameters) {
        return method + "&%2F&" + FormText.encode(FormText.canonical(without(parameters, "Signature", true)));
    }

    private static Map<String, String> without(Map<String, String> parameters, String name, boolean dropEmpty) {
        return parameters.entrySet().stream()
                .filter(pair -> !pair.getKey().equals(name))
                .filter(pair -> !dropEmpty || !pair.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Signature V1: Base64 of HMAC-SHA1 under the secret and {@code &}. */
    public static String signV1(String secret, String stringToSign) {
        return Base64.getEncoder().encodeToString(hmac("HmacSHA1", secret + "&", stringToSign));
    }

    /** What signature V3 signs. */
    public static String stringToSignV3(String canonicalRequest) {
        return V3_ALGORITHM + "\n" + sha256(canonicalRequest.getBytes(StandardCharsets.UTF_8));
    }

    /** Signature V3: hexadecimal HMAC-SHA256 under the secret. */
    public static String signV3(String secret, String stringToSign) {
        return HexFormat.of().formatHex(hmac("HmacSHA256", secret, stringToSign));
    }

    /** Lower-case hexadecimal SHA-256 of the bytes. */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether both texts are equal, compared in constant time. */
    public static boolean same(String given, String computed) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), computed.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(String algorithm, String key, String text) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), algorithm));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
