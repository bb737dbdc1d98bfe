package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Gateway;
import dev.kiln.api.permission.Policy;
import java.util.Collection;
import java.util.List;

/**
 * The account and key of an authenticated request.
 *
 * @param temporary whether the key expires; such a key cannot change keys
 * @param policies all of them must allow an action; without any, everything that the account can do is allowed
 */
public record Caller(AccountId account, String accessKeyId, boolean root, boolean temporary, List<Policy> policies) {

    private static final int SHOWN = 256;

    /** Whether the key is allowed the action on the resource. */
    public boolean may(String action, String resource) {
        return policies.stream().allMatch(policy -> policy.allows(action, resource));
    }

    /** How many patterns its policies have, all of which may have to be compared with a name. */
    public int patterns() {
        return policies.stream().mapToInt(Policy::patterns).sum();
    }

    /** Refuses unless the key is allowed the action on each resource. */
    public void require(String action, Collection<String> resources) {
        for (var resource : resources) {
            if (!may(action, resource)) {
                throw refusal(action, resource);
            }
        }
    }

    /** Refuses if a policy denies the key the action on the resource; none needs to allow it. */
    public void requireUndenied(String action, String resource) {
        if (policies.stream().anyMatch(policy -> policy.denies(action, resource))) {
            throw refusal(action, resource);
        }
    }

    private static ApiException refusal(String action, String resource) {
        var shown = resource.length() <= SHOWN ? resource : resource.substring(0, SHOWN) + "…";
        return Gateway.FORBIDDEN.because("User not authorized to operate on the specified resource: the policies of the"
                + " key do not allow \"" + action + "\" on \"" + shown + "\". Use a key that may do it.");
    }
}
