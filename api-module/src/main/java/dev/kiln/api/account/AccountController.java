package dev.kiln.api.account;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Creates and lists accounts. */
@RestController
class AccountController {

    private static final long SMALLEST_GENERATED = 1_000_000_000_000_000L;
    private static final Pattern NUMBER = Pattern.compile("0*[1-9]\\d{0,15}");

    private final Accounts accounts;
    private final NewKeys keys;
    private final TransactionTemplate transaction;
    private final SecureRandom random = new SecureRandom();

    AccountController(Accounts accounts, NewKeys keys, TransactionTemplate transaction) {
        this.accounts = accounts;
        this.keys = keys;
        this.transaction = transaction;
    }

    /** The requested account; without an id it gets one. */
    record NewAccount(@Nullable String id, @Nullable String name) {}

    /** All accounts, oldest first. */
    record All(List<Accounts.Shown> accounts) {}

    @GetMapping("/api/v1/accounts")
    All list(@RequestAttribute("dev.kiln.caller") Caller caller) {
        if (!caller.root()) {
            throw RestCodes.ROOT_ONLY.because("Only the root account may list accounts.");
        }
        return new All(accounts.list());
    }

    @PostMapping("/api/v1/accounts")
    @ResponseStatus(HttpStatus.CREATED)
    NewKeys.Made create(@RequestAttribute("dev.kiln.caller") Caller caller, @RequestBody NewAccount wanted) {
        if (!caller.root()) {
            throw RestCodes.ROOT_ONLY.because("Only the root account may make accounts.");
        }
        var name = wanted.name() == null ? "" : wanted.name();
        var length = name.codePointCount(0, name.length());
        if (length < 1 || length > 128 || name.indexOf('\0') >= 0) {
            throw Refusals.invalid(ErrorCode.invalid("Name.Malformed"), "name", name, "it has 1 to 128 characters");
        }
        var id = id(wanted.id());
        return transaction.execute(status -> add(caller, id, name));
    }

    /** The new key has the policies of the caller's key, as every key has those of the key that made it. */
    private NewKeys.Made add(Caller caller, AccountId id, String name) {
        if (!accounts.add(id, name)) {
            throw RestCodes.ACCOUNT_EXISTS.because("Account " + id + " exists already. Choose another id.");
        }
        return keys.make(caller, id, Optional.empty());
    }

    private AccountId id(@Nullable String wanted) {
        if (wanted == null || wanted.isEmpty()) {
            return new AccountId(random.nextLong(SMALLEST_GENERATED, AccountId.MAX));
        }
        if (!NUMBER.matcher(wanted).matches()) {
            throw Refusals.invalid(ErrorCode.invalid("AccountId"), "id", wanted, "it is a number of 1 to 16 digits");
        }
        return new AccountId(Long.parseLong(wanted));
    }
}
