package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import dev.kiln.api.permission.Policy;
import java.util.List;
import java.util.Optional;

/**
 * A key with its secret opened.
 *
 * @param active false for a temporary key, too, whose parent is switched off
 * @param root whether its account is the root account
 * @param policies all of them have to allow what is done with the key
 * @param token what requests signed with a temporary key have to carry
 */
record SigningKey(
        String id,
        AccountId account,
        String secret,
        boolean active,
        boolean root,
        List<Policy> policies,
        Optional<SecurityToken> token) {

    /** The key whose rate counts: making temporary keys does not multiply it. */
    String throttledAs() {
        return token.map(SecurityToken::parentKey).orElse(id);
    }
}
