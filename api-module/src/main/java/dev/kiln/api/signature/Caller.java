package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Gateway;
import dev.kiln.api.permission.Policy;
import java.util.Collection;
import java.util.List;

/**
 * The account that a verified signature speaks for.
 *
 * @param temporary whether the key expires, and so may not change any keys
 * @param policies all of them have to allow what is done; none: everything that the account may do is allowed
 */
public record Caller(AccountId account, String accessKeyId, boolean root, boolean temporary, List<Policy> policies) {

    private static final int SHOWN = 256;

    /** Whether the key may do the action on the resource. */
    public boolean may(String action, String resource) {
        return policies.stream().allMatch(policy -> policy.allows(action, resource));
    }

    /** Refuses unless the key may do the action on each of the resources. */
    public void require(String action, Collection<String> resources) {
        for (var resource : resources) {
            if (!may(action, resource)) {
                throw refusal(action, resource);
            }
        }
    }

    private static ApiException refusal(String action, String resource) {
        var shown = resource.length() <= SHOWN ? resource : resource.substring(0, SHOWN) + "…";
        return Gateway.FORBIDDEN.because("User not authorized to operate on the specified resource: the policies of the"
                + " key do not allow \"" + action + "\" on \"" + shown + "\". Use a key that may do it.");
    }
}
