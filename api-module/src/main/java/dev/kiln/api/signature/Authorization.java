package dev.kiln.api.signature;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Gateway;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The parts of a V3 Authorization header, which come in any order. */
record Authorization(String credential, List<String> signedHeaders, String signature) {

    /** If these were not signed, a stranger could change the request or replay it. */
    private static final List<String> ALWAYS_SIGNED =
            List.of("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256");

    static Authorization parse(String header) {
        var rest = header.substring(Signatures.V3_ALGORITHM.length());
        var parts = new HashMap<String, String>();
        for (var part : rest.split(",", 10)) {
            var equals = part.indexOf('=');
            var name = equals < 0 ? "" : part.substring(0, equals).trim();
            if (name.isEmpty() || parts.put(name, part.substring(equals + 1).trim()) != null) {
                throw incomplete("a part of Authorization is not name=value, or is given twice");
            }
        }
        var signed = Arrays.stream(parts.getOrDefault("SignedHeaders", "").split(";"))
                .map(name -> name.trim().toLowerCase(Locale.ROOT))
                .toList();
        if (Set.copyOf(signed).size() < signed.size()) {
            // The signed text has each named header once more: short repeated names of a long header would make it
            // gigabytes.
            throw incomplete("a header is named twice in SignedHeaders");
        }
        var authorization =
                new Authorization(parts.getOrDefault("Credential", ""), signed, parts.getOrDefault("Signature", ""));
        if (authorization.credential.isEmpty() || authorization.signature.isEmpty()) {
            throw incomplete("Authorization needs Credential, SignedHeaders and Signature");
        }
        return authorization;
    }

    void requireSigned(List<String> more) {
        for (var names : List.of(ALWAYS_SIGNED, more)) {
            for (var name : names) {
                if (!signedHeaders.contains(name)) {
                    throw incomplete("the header " + name + " has to be among SignedHeaders");
                }
            }
        }
    }

    /** If the header names the key again, it must be the same key. */
    void requireSameKey(String accessKeyId) {
        if (!accessKeyId.isEmpty() && !accessKeyId.equals(credential)) {
            throw incomplete("x-acs-accesskey-id names another key than Credential");
        }
    }

    static ApiException incomplete(String why) {
        return Gateway.INCOMPLETE_SIGNATURE.because(
                "The request signature does not conform to Aliyun standards: " + why + ".");
    }
}
