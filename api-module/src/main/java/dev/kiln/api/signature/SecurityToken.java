package dev.kiln.api.signature;

import dev.kiln.api.error.Gateway;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The token that a request signed with a temporary key must carry.
 *
 * @param digest SHA-256 of the token in hexadecimal; only the holder knows the token itself
 * @param parentKey id of the key that made the temporary one
 */
record SecurityToken(String digest, String parentKey, boolean expired) {

    static final int LENGTH = 64;
    private static final Pattern FORM = Pattern.compile("[a-z0-9]{" + LENGTH + "}");

    static String digestOf(String token) {
        return Signatures.sha256(token.getBytes(StandardCharsets.UTF_8));
    }

    /** Refuses the given token unless it is this one and has not expired. */
    void check(String given) {
        if (given.isEmpty()) {
            throw Gateway.TOKEN_MISSING.because("SecurityToken is mandatory for this action: the access key is a"
                    + " temporary one. Send the token that came with it.");
        }
        if (!FORM.matcher(given).matches()) {
            throw Gateway.TOKEN_MALFORMED.because("Specified SecurityToken is malformed. It has " + LENGTH
                    + " lower-case letters and digits: send it as it came with the key.");
        }
        if (!Signatures.same(digest, digestOf(given))) {
            throw Gateway.TOKEN_MISMATCH.because("Specified SecurityToken does not belong to the access key. Send the"
                    + " token that came with this key.");
        }
        if (expired) {
            throw Gateway.TOKEN_EXPIRED.because("Specified SecurityToken is expired. Make another temporary key.");
        }
    }
}
