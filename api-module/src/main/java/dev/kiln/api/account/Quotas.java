package dev.kiln.api.account;

import dev.kiln.account.AccountId;
import dev.kiln.api.ApiSettings;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.RestCodes;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Limits what an account can have. Counting and adding happen under a lock on the account's row, so that simultaneous
 * calls to any number of processes cannot exceed a limit.
 */
@Component
public final class Quotas {

    public static final ErrorCode TEMPLATES =
            new ErrorCode("QuotaExceed.ImagePipeline", 400, "the account's quota of templates is used up");
    public static final ErrorCode COMPONENTS =
            new ErrorCode("QuotaExceed.ImageComponent", 400, "the account's quota of components is used up");
    public static final ErrorCode IMAGES =
            new ErrorCode("QuotaExceed.Image", 403, "the account's quota of images is used up");
    private static final ErrorCode KEYS = RestCodes.TOO_MANY_KEYS;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final ApiSettings.Quota quota;

    Quotas(JdbcClient jdbc, TransactionTemplate transaction, ApiSettings settings) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.quota = settings.quota();
    }

    private record Limit(ErrorCode code, int most, String what, String counted) {}

    /** Adds a template, or refuses. */
    public void template(AccountId account, Runnable make) {
        var counted = "select count(*) from template where account_id = :account";
        within(new Limit(TEMPLATES, quota.templates(), "templates", counted), account, make);
    }

    /** Adds a version of a component, or refuses. */
    public <T> T component(AccountId account, Supplier<T> make) {
        var counted = "select count(*) from component where account_id = :account";
        return within(new Limit(COMPONENTS, quota.components(), "components", counted), account, make);
    }

    /** Adds an image's row, or refuses; images of executions count, but executions are not refused. */
    public void image(AccountId account, Runnable make) {
        var counted = "select count(*) from image_copy where account_id = :account and error_code <> 'Deleting'";
        within(new Limit(IMAGES, quota.images(), "images", counted), account, make);
    }

    void key(AccountId account, Runnable make) {
        var counted = """
                select (select count(*) from access_key where account_id = :account)
                     + (select count(*) from narrowed_key where account_id = :account)
                """;
        within(new Limit(KEYS, quota.keys(), "keys", counted), account, make);
    }

    <T> T temporaryKey(AccountId account, Supplier<T> make) {
        var counted = "select count(*) from temporary_key where account_id = :account and expires_at > now()";
        return within(new Limit(KEYS, quota.temporaryKeys(), "temporary keys", counted), account, make);
    }

    private void within(Limit limit, AccountId account, Runnable make) {
        within(limit, account, () -> {
            make.run();
            return true;
        });
    }

    private <T> T within(Limit limit, AccountId account, Supplier<T> make) {
        return transaction.execute(status -> {
            if (limit.most > 0 && count(limit, account) >= limit.most) {
                throw limit.code.because("Account " + account + " has " + limit.most + " " + limit.what
                        + ", which is as many as it may have. Delete some, or ask for a higher quota.");
            }
            return make.get();
        });
    }

    private int count(Limit limit, AccountId account) {
        // Foreign keys to the account do not wait for this lock; other counts do.
        jdbc.sql("select id from account where id = :account for no key update")
                .param("account", account.value())
                .query(Long.class)
                .single();
        return jdbc.sql(limit.counted)
                .param("account", account.value())
                .query(Integer.class)
                .single();
    }
}
