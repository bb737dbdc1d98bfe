package dev.kiln.api.signature;

import dev.kiln.api.permission.Policy;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Callers that prove a key by its secret instead of a signature; only keys that do not expire are accepted. Each proof
 * counts as a request of the key, and is refused like one that is signed when there are too many.
 */
@Component
public final class KeyHolders {

    // Compared with if there is no such key, so that the answer takes as long.
    private static final String NOBODYS = "x".repeat(40);

    private final AccessKeys keys;
    private final Throttle throttle;

    KeyHolders(AccessKeys keys, Throttle throttle) {
        this.keys = keys;
        this.throttle = throttle;
    }

    /** The caller, if this is the secret of an active key. */
    public Optional<Caller> knowing(String accessKeyId, String secret) {
        var key = keys.find(accessKeyId);
        var right = Signatures.same(secret, key.map(SigningKey::secret).orElse(NOBODYS));
        return key.filter(found -> right && found.active()).map(this::admitted);
    }

    /** The holder of a key that is still active and has the secret that this digest was made of. */
    public Optional<Caller> still(String accessKeyId, String token, String secretDigest) {
        return keys.find(accessKeyId)
                .filter(SigningKey::active)
                .filter(key -> Signatures.same(secretDigest, digest(token, key.secret())))
                .map(this::admitted);
    }

    /** A digest of a token and a secret together. */
    public static String digest(String token, String secret) {
        return Signatures.sha256((token.length() + ":" + token + secret).getBytes(StandardCharsets.UTF_8));
    }

    private Caller admitted(SigningKey key) {
        throttle.take(key.throttledAs());
        var policies = key.policies().stream().map(Policy::parse).toList();
        return new Caller(key.account(), key.id(), key.root(), false, policies);
    }
}
