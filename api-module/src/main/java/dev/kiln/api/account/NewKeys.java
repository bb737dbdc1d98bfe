package dev.kiln.api.account;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.permission.Policy;
import dev.kiln.api.signature.AccessKeys;
import dev.kiln.api.signature.Caller;
import dev.kiln.api.signature.NewSecrets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Makes keys, none of which is allowed more than the key that makes it. */
@Component
class NewKeys {

    private static final int MOST_POLICIES = 5;

    private final AccessKeys keys;
    private final Quotas quotas;

    NewKeys(AccessKeys keys, Quotas quotas) {
        this.keys = keys;
        this.quotas = quotas;
    }

    /** A new key. Its secret is shown here and never again. */
    record Made(String accountId, String accessKeyId, String accessKeySecret) {}

    /** Makes a key of the account with the policies of the caller's key and, if given, one of its own. */
    Made make(Caller caller, AccountId account, Optional<Policy> own) {
        requireLongLived(caller);
        var policies = Stream.concat(caller.policies().stream(), own.stream())
                .distinct()
                .toList();
        if (policies.size() > MOST_POLICIES) {
            throw tooDeep(policies);
        }
        var secrets = NewSecrets.ofKey();
        quotas.key(account, () -> keys.add(secrets.id(), account, secrets.secret(), policies));
        return new Made(account.toString(), secrets.id(), secrets.secret());
    }

    /** A key that expires must not make anything that outlives it. */
    static void requireLongLived(Caller caller) {
        if (caller.temporary()) {
            throw RestCodes.LONG_LIVED_ONLY.because("Access key " + caller.accessKeyId()
                    + " is a temporary one, which may not make or change keys." + " Use the key that made it.");
        }
    }

    private static ApiException tooDeep(List<Policy> policies) {
        return RestCodes.MALFORMED_POLICY.because(
                "The key would have " + policies.size() + " policies, its own and those of the"
                        + " keys that it comes from, and may have " + MOST_POLICIES + ". Make it with another key.");
    }
}
