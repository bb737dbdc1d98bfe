package dev.kiln.api.signature;

import dev.kiln.api.permission.Policy;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Callers that prove a key by its secret instead of a signature; only keys that do not expire are accepted. */
@Component
public final class KeyHolders {

    // Compared with if there is no such key, so that the answer takes as long.
    private static final String NOBODYS = "x".repeat(40);

    private final AccessKeys keys;

    KeyHolders(AccessKeys keys) {
        this.keys = keys;
    }

    /** The caller, if this is the secret of an active key. */
    public Optional<Caller> knowing(String accessKeyId, String secret) {
        var key = keys.find(accessKeyId);
        var right = Signatures.same(secret, key.map(SigningKey::secret).orElse(NOBODYS));
        return key.filter(found -> right && found.active()).map(KeyHolders::caller);
    }

    /** The holder of a key that is still active and has the secret that this digest was made of. */
    public Optional<Caller> still(String accessKeyId, String token, String secretDigest) {
        return keys.find(accessKeyId)
                .filter(SigningKey::active)
                .filter(key -> Signatures.same(secretDigest, digest(token, key.secret())))
                .map(KeyHolders::caller);
    }

    /** A digest of a token and a secret together. */
    public static String digest(String token, String secret) {
        return Signatures.sha256((token.length() + ":" + token + secret).getBytes(StandardCharsets.UTF_8));
    }

    private static Caller caller(SigningKey key) {
        var policies = key.policies().stream().map(Policy::parse).toList();
        return new Caller(key.account(), key.id(), key.root(), false, policies);
    }
}
