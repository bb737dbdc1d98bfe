package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Stores the keys that sign requests; their secrets lie sealed in the database. */
@Component
public final class AccessKeys {

    private final JdbcClient jdbc;
    private final SecretSeal seal;

    AccessKeys(JdbcClient jdbc, SecretSeal seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /** A key with its secret opened. */
    record AccessKey(String id, AccountId account, String secret, boolean active, boolean root) {}

    Optional<AccessKey> find(String id) {
        return jdbc.sql("""
                select k.id, k.account_id, k.secret, k.active, a.is_root
                from access_key k join account a on a.id = k.account_id
                where k.id = :id
                """)
                .param("id", id)
                .query((row, number) -> new AccessKey(
                        row.getString("id"),
                        new AccountId(row.getLong("account_id")),
                        seal.open(row.getString("id"), row.getBytes("secret")),
                        row.getBoolean("active"),
                        row.getBoolean("is_root")))
                .optional();
    }

    /** Makes a key that did not exist. */
    public void add(String id, AccountId account, String secret) {
        jdbc.sql("insert into access_key (id, account_id, secret) values (:id, :account, :secret)")
                .param("id", id)
                .param("account", account.value())
                .param("secret", seal.seal(id, secret))
                .update();
    }

    /**
     * Makes this the account's only active key, whatever was there before; false when the id is another account's. Two
     * processes that do so at once end at the same rows.
     */
    public boolean makeOnlyKey(String id, AccountId account, String secret) {
        var rows = jdbc.sql("""
                insert into access_key (id, account_id, secret) values (:id, :account, :secret)
                on conflict (id) do update set secret = excluded.secret, active = true
                where access_key.account_id = excluded.account_id
                """)
                .param("id", id)
                .param("account", account.value())
                .param("secret", seal.seal(id, secret))
                .update();
        jdbc.sql("update access_key set active = false where account_id = :account and id <> :id and active")
                .param("id", id)
                .param("account", account.value())
                .update();
        return rows == 1;
    }
}
