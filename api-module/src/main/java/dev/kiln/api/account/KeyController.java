package dev.kiln.api.account;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Gateway;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.signature.AccessKeys;
import dev.kiln.api.signature.Caller;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The keys of the caller's account; for the root account, those of any account. */
@RestController
@RequestMapping("/api/v1/keys")
class KeyController {

    private final AccessKeys keys;
    private final NewKeys newKeys;
    private final KeyPolicies policies;
    private final Accounts accounts;
    private final TransactionTemplate transaction;

    KeyController(
            AccessKeys keys,
            NewKeys newKeys,
            KeyPolicies policies,
            Accounts accounts,
            TransactionTemplate transaction) {
        this.keys = keys;
        this.newKeys = newKeys;
        this.policies = policies;
        this.accounts = accounts;
        this.transaction = transaction;
    }

    /** Keys without their secrets. */
    record Keys(List<AccessKeys.Shown> keys) {}

    @GetMapping
    Keys list(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @RequestParam(name = "accountId", required = false) @Nullable String accountId) {
        return new Keys(keys.list(account(caller, accountId)));
    }

    /** The requested key: for the caller's account and without a policy, unless others are given. */
    record NewKey(
            @Nullable String accountId,
            @Nullable String policy,
            @JsonAnySetter @Nullable Map<String, Object> unknown) {}

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    NewKeys.Made create(@RequestAttribute("dev.kiln.caller") Caller caller, @RequestBody NewKey wanted) {
        refuseUnknown(wanted.unknown());
        var account = account(caller, wanted.accountId());
        return newKeys.make(caller, account, policies.read(wanted.policy()));
    }

    /** A misspelt member must not be ignored: without its policy, a key is allowed everything. */
    static void refuseUnknown(@Nullable Map<String, Object> members) {
        if (members != null && !members.isEmpty()) {
            var name = members.keySet().iterator().next();
            throw ErrorCode.INVALID_PARAMETER.because(
                    "The body has a member " + Refusals.quoted(name) + ", which is not known. Leave it out.");
        }
    }

    @PostMapping("/{id}/disable")
    AccessKeys.Shown disable(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        return transaction.execute(status -> {
            requireAnotherRootKey(lock(caller, id));
            keys.setActive(id, false);
            return keys.show(id).orElseThrow(() -> notFound(id));
        });
    }

    @PostMapping("/{id}/enable")
    AccessKeys.Shown enable(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        return transaction.execute(status -> {
            requireNoMoreRights(caller, lock(caller, id));
            keys.setActive(id, true);
            return keys.show(id).orElseThrow(() -> notFound(id));
        });
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        transaction.executeWithoutResult(status -> {
            requireAnotherRootKey(lock(caller, id));
            keys.delete(id);
        });
    }

    /** The requested account; it must exist, and only root can name one other than its own. */
    private AccountId account(Caller caller, @Nullable String wanted) {
        if (wanted == null || wanted.isEmpty()) {
            return caller.account();
        }
        var form = Scalar.account();
        var account = form.reading()
                .apply(wanted)
                .orElseThrow(() -> Refusals.invalid(
                        ErrorCode.invalid("AccountId"), "accountId", wanted, "it has to be " + form.rule()));
        if (!caller.root() && !account.equals(caller.account())) {
            throw RestCodes.ROOT_ONLY.because("Only the root account may ask for the keys of other accounts.");
        }
        if (!accounts.unknown(List.of(account)).isEmpty()) {
            throw new ApiException("InvalidAccount.NotFound", 404, "There is no account " + account + ".");
        }
        return account;
    }

    /** The key to change; locks its account, so that other changes of its keys wait until the transaction ends. */
    private AccessKeys.Shown lock(Caller caller, String id) {
        NewKeys.requireLongLived(caller);
        var known = keys.show(id)
                .map(key -> new AccountId(Long.parseLong(key.accountId())))
                .filter(account -> caller.root() || account.equals(caller.account()))
                .orElseThrow(() -> notFound(id));
        accounts.lock(known);
        return keys.show(id).orElseThrow(() -> notFound(id));
    }

    private static ApiException notFound(String id) {
        return Gateway.KEY_NOT_FOUND.because("There is no access key " + Refusals.quoted(id)
                + " that you can change; a temporary key ends by itself, or with the key that made it.");
    }

    /** The root account cannot lock itself out: one active key without policies remains. */
    private void requireAnotherRootKey(AccessKeys.Shown key) {
        var account = new AccountId(Long.parseLong(key.accountId()));
        var stays = keys.list(account).stream()
                .anyMatch(other -> !other.accessKeyId().equals(key.accessKeyId())
                        && other.active()
                        && other.policies().isEmpty());
        if (!stays && accounts.root().filter(account::equals).isPresent()) {
            throw RestCodes.LAST_ROOT_KEY.because(
                    "Access key " + key.accessKeyId() + " is the last active key of the root account that may do"
                            + " everything. Make another one first.");
        }
    }

    /** Refuses to enable a key with more rights than the caller's: otherwise the caller could gain them by it. */
    private static void requireNoMoreRights(Caller caller, AccessKeys.Shown key) {
        Set<String> needed = new HashSet<>();
        caller.policies().forEach(policy -> needed.add(policy.document()));
        if (!Set.copyOf(key.policies()).containsAll(needed)) {
            throw RestCodes.MORE_RIGHTS.because(
                    "Access key " + key.accessKeyId() + " may do more than the key that signed the request. Enable it"
                            + " with one that may do as much.");
        }
    }
}
