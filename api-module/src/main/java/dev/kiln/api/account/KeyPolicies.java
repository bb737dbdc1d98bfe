package dev.kiln.api.account;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.permission.Policy;
import dev.kiln.api.permission.Wildcard;
import dev.kiln.api.rest.RestAction;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads the policies of new keys. */
@Component
class KeyPolicies {

    private final List<String> actions;

    KeyPolicies(List<Operation<?>> operations) {
        this.actions = Stream.concat(
                        operations.stream()
                                .map(operation -> operation.declaration().action()),
                        RestAction.ALL.stream().map(RestAction::action))
                .map(action -> action.toLowerCase(Locale.ROOT))
                .toList();
    }

    /** The policy, if one was given; a pattern that matches no action is refused, since it is probably a mistake. */
    Optional<Policy> read(@Nullable String document) {
        var policy = Optional.ofNullable(document).map(Policy::parse);
        policy.stream()
                .flatMap(Policy::actions)
                .filter(pattern -> actions.stream().noneMatch(pattern::matches))
                .findFirst()
                .map(Wildcard::pattern)
                .ifPresent(pattern -> {
                    throw RestCodes.MALFORMED_POLICY.because(
                            "The policy document is not valid: there is no action that " + Refusals.quoted(pattern)
                                    + " stands for. docs/api.md lists the actions.");
                });
        return policy;
    }
}
