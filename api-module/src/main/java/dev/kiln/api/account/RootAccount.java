package dev.kiln.api.account;

import dev.kiln.account.AccountId;
import dev.kiln.api.ApiSettings;
import dev.kiln.api.signature.AccessKeys;
import dev.kiln.start.UnusableSettingException;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sees to it, before the first request is taken, that the root account exists and has the configured key, which
 * switches off all others when it is new or changed. Any number of API processes may do so at once.
 */
@Component
class RootAccount implements SmartInitializingSingleton {

    private static final int MIN_SECRET = 16;

    private final ApiSettings.Root settings;
    private final Accounts accounts;
    private final AccessKeys keys;
    private final TransactionTemplate transaction;

    RootAccount(ApiSettings settings, Accounts accounts, AccessKeys keys, TransactionTemplate transaction) {
        this.settings = settings.root();
        this.accounts = accounts;
        this.keys = keys;
        this.transaction = transaction;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (settings.accessKeyId().isEmpty() && accounts.root().isPresent()) {
            return; // A further API process need not know the root key.
        }
        if (!settings.accessKeyId().matches("[A-Za-z0-9._-]{1,128}")
                || settings.accessKeySecret().length() < MIN_SECRET) {
            throw new UnusableSettingException(
                    "kiln.root.access-key-id or kiln.root.access-key-secret is missing or malformed",
                    "Set KILN_ROOT_ACCESS_KEY_ID (1 to 128 of letters, digits, '.', '_', '-') and"
                            + " KILN_ROOT_ACCESS_KEY_SECRET (at least " + MIN_SECRET + " characters).");
        }
        transaction.executeWithoutResult(status -> ensure());
    }

    private void ensure() {
        var wanted = new AccountId(settings.accountId());
        var root = accounts.ensureRoot(wanted);
        if (!root.equals(wanted)) {
            throw new UnusableSettingException(
                    "kiln.root.account-id is " + wanted + ", but the root account of this database is " + root,
                    "Set kiln.root.account-id to " + root + ".");
        }
        if (!keys.makeOnlyKey(settings.accessKeyId(), root, settings.accessKeySecret())) {
            throw new UnusableSettingException(
                    "kiln.root.access-key-id " + settings.accessKeyId() + " is another key, or another account's",
                    "Choose another id for the root key.");
        }
    }
}
