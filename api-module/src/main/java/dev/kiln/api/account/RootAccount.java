package dev.kiln.api.account;

import dev.kiln.account.AccountId;
import dev.kiln.api.ApiSettings;
import dev.kiln.api.signature.AccessKeys;
import dev.kiln.start.CannotStartException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes sure, before the first request, that the root account exists and has the configured key; a new or changed key
 * switches off all others. Any number of API processes can do so at once.
 */
@Component
class RootAccount implements SmartInitializingSingleton {

    private static final Logger LOG = LoggerFactory.getLogger(RootAccount.class);
    private static final int MIN_SECRET = 16;

    private final ApiSettings.Root settings;
    private final boolean lost;
    private final Accounts accounts;
    private final AccessKeys keys;
    private final TransactionTemplate transaction;

    RootAccount(ApiSettings settings, Accounts accounts, AccessKeys keys, TransactionTemplate transaction) {
        this.settings = settings.root();
        this.lost = settings.secretsKeyLost();
        this.accounts = accounts;
        this.keys = keys;
        this.transaction = transaction;
    }

    @Override
    public void afterSingletonsInstantiated() {
        checkSecretsKey();
        if (settings.accessKeyId().isEmpty() && accounts.root().isPresent()) {
            return; // Further API processes need not know the root key.
        }
        if (!settings.accessKeyId().matches("[A-Za-z0-9._-]{1,128}")
                || settings.accessKeySecret().length() < MIN_SECRET) {
            throw new CannotStartException(
                    "kiln.root.access-key-id or kiln.root.access-key-secret is missing or malformed",
                    "Set KILN_ROOT_ACCESS_KEY_ID (1 to 128 of letters, digits, '.', '_', '-') and"
                            + " KILN_ROOT_ACCESS_KEY_SECRET (at least " + MIN_SECRET + " characters).");
        }
        transaction.executeWithoutResult(status -> ensure());
    }

    /** With another kiln.secrets-key no request could be verified, and each would fail with an internal error. */
    private void checkSecretsKey() {
        var sealed = keys.sealed(settings.accessKeyId());
        if (lost) {
            var closed = sealed.stream().filter(key -> !key.opens()).toList();
            closed.forEach(key -> keys.setActive(key.id(), false));
            LOG.warn("kiln.secrets-key-lost: {} access keys are switched off; make new ones", closed.size());
        } else if (!sealed.isEmpty() && sealed.stream().noneMatch(AccessKeys.Sealed::opens)) {
            throw new CannotStartException(
                    "kiln.secrets-key is another one than that with which the secrets in this database were sealed",
                    "Set the one that was used before. If it is lost for good, start once with"
                            + " --kiln.secrets-key-lost=true: that switches off the access keys that were sealed with it.");
        }
    }

    private void ensure() {
        var wanted = new AccountId(settings.accountId());
        var root = accounts.ensureRoot(wanted);
        if (!root.equals(wanted)) {
            throw new CannotStartException(
                    "kiln.root.account-id is " + wanted + ", but the root account of this database is " + root,
                    "Set kiln.root.account-id to " + root + ".");
        }
        if (!keys.makeOnlyKey(settings.accessKeyId(), root, settings.accessKeySecret())) {
            throw new CannotStartException(
                    "kiln.root.access-key-id " + settings.accessKeyId() + " is another key, or another account's",
                    "Choose another id for the root key.");
        }
    }
}
