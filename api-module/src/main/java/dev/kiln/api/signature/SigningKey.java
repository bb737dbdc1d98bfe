package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import java.util.List;
import java.util.Optional;

/**
 * A key with its secret opened.
 *
 * @param active false for a temporary key, too, whose parent is switched off
 * @param root whether its account is the root account
 * @param policies documents, all of which have to allow what is done with the key; read once the signature is right
 * @param token what requests signed with a temporary key have to carry
 */
record SigningKey(
        String id,
        AccountId account,
        String secret,
        boolean active,
        boolean root,
        List<String> policies,
        Optional<SecurityToken> token) {

    /** Secrets are in no log, not even by accident. */
    @Override
    public String toString() {
        return "access key " + id;
    }

    /** The key whose rate counts: making temporary keys does not multiply it. */
    String throttledAs() {
        return token.map(SecurityToken::parentKey).orElse(id);
    }
}
