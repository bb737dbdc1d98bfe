package dev.kiln.api.account;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import dev.kiln.api.signature.NewSecrets;
import dev.kiln.api.signature.TemporaryKeys;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Makes keys that expire. */
@RestController
class TemporaryKeyController {

    private static final long SHORTEST = 900;
    private static final long LONGEST = 43_200;
    private static final long USUAL = 3600;

    private final TemporaryKeys keys;
    private final KeyPolicies policies;
    private final Quotas quotas;

    TemporaryKeyController(TemporaryKeys keys, KeyPolicies policies, Quotas quotas) {
        this.keys = keys;
        this.policies = policies;
        this.quotas = quotas;
    }

    /** The requested lifetime, an hour by default, and the policy that narrows the key. */
    record NewTemporaryKey(
            @Nullable Long durationSeconds,
            @Nullable String policy,
            @JsonAnySetter @Nullable Map<String, Object> unknown) {}

    @PostMapping("/api/v1/temporary-keys")
    @ResponseStatus(HttpStatus.CREATED)
    TemporaryKeys.Made create(@RequestAttribute("dev.kiln.caller") Caller caller, @RequestBody NewTemporaryKey wanted) {
        NewKeys.requireLongLived(caller);
        KeyController.refuseUnknown(wanted.unknown());
        long seconds = wanted.durationSeconds() == null ? USUAL : wanted.durationSeconds();
        if (seconds < SHORTEST || seconds > LONGEST) {
            throw Refusals.invalid(
                    RestCodes.INVALID_DURATION,
                    "durationSeconds",
                    Long.toString(seconds),
                    "it is a whole number from " + SHORTEST + " to " + LONGEST);
        }
        var policy = policies.read(wanted.policy());
        return quotas.temporaryKey(
                caller.account(),
                () -> keys.add(caller, NewSecrets.ofTemporaryKey(), Duration.ofSeconds(seconds), policy));
    }
}
