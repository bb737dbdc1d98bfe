package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import java.util.List;
import java.util.Optional;

/**
 * A key with its unsealed secret.
 *
 * @param secret empty unless active
 * @param active also false for a temporary key whose parent is switched off
 * @param root whether its account is the root account
 * @param policies documents, all of which must allow an action; parsed only once the signature is right
 * @param token what requests signed with a temporary key must carry
 */
record SigningKey(
        String id,
        AccountId account,
        String secret,
        boolean active,
        boolean root,
        List<String> policies,
        Optional<SecurityToken> token) {

    /** Keeps secrets out of logs, even by accident. */
    @Override
    public String toString() {
        return "access key " + id;
    }

    /** The key whose rate counts: making temporary keys does not multiply the rate. */
    String throttledAs() {
        return token.map(SecurityToken::parentKey).orElse(id);
    }
}
