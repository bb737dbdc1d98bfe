package dev.kiln.secret;

import dev.kiln.start.CannotStartException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes secrets in the database unreadable without kiln.secrets-key: AES-256-GCM, bound to the id of the row's owner,
 * so that a secret copied to another row cannot be opened.
 */
public final class SecretSeal {

    private static final int NONCE = 12;
    private static final int KEY = 32;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    public SecretSeal(String base64Key) {
        this.key = new SecretKeySpec(decoded(base64Key), "AES");
    }

    private static byte[] decoded(String base64Key) {
        try {
            var bytes = Base64.getDecoder().decode(base64Key.trim());
            if (bytes.length == KEY) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw unusable();
        }
        throw unusable();
    }

    private static CannotStartException unusable() {
        return new CannotStartException(
                "kiln.secrets-key is missing or is not 32 bytes in Base64",
                "Make a key once with 'openssl rand -base64 32', keep it safe, and give it to every API process as"
                        + " KILN_SECRETS_KEY; to workers too, if templates have secret parameters.");
    }

    /** The nonce, then the cipher text and the tag. */
    public byte[] seal(String id, String secret) {
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        var sealed = run(Cipher.ENCRYPT_MODE, id, nonce, secret.getBytes(StandardCharsets.UTF_8));
        var all = Arrays.copyOf(nonce, NONCE + sealed.length);
        System.arraycopy(sealed, 0, all, NONCE, sealed.length);
        return all;
    }

    /** The secret; fails when the bytes or the id do not come from {@link #seal}, or with another key. */
    public String open(String id, byte[] sealed) {
        var plain = run(
                Cipher.DECRYPT_MODE,
                id,
                Arrays.copyOf(sealed, NONCE),
                Arrays.copyOfRange(sealed, NONCE, sealed.length));
        return new String(plain, StandardCharsets.UTF_8);
    }

    /**
     * A digest that identifies equal texts, but reveals nothing to anyone without the key, however few texts are
     * possible.
     *
     * @param purpose separates uses: with another purpose, the same text has another digest
     */
    public String keyedDigest(String purpose, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(purpose.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }

    private byte[] run(int mode, String id, byte[] nonce, byte[] bytes) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(id.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the secret of " + id + " does not open with this kiln.secrets-key", e);
        }
    }
}
