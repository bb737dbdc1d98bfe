package dev.kiln.api.account;

import dev.kiln.account.AccountId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Stores accounts. */
@Component
public final class Accounts {

    private final JdbcClient jdbc;

    Accounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds an account; false if the number is taken. */
    boolean add(AccountId id, String name) {
        return jdbc.sql("insert into account (id, name) values (:id, :name) on conflict (id) do nothing")
                        .param("id", id.value())
                        .param("name", name)
                        .update()
                == 1;
    }

    /** An account as it is shown. */
    record Shown(String accountId, String name, boolean root, Instant createdAt) {}

    /** All accounts, oldest first. */
    List<Shown> list() {
        return jdbc.sql("select id, name, is_root, created_at from account order by created_at, id")
                .query((row, number) -> new Shown(
                        new AccountId(row.getLong("id")).toString(),
                        row.getString("name"),
                        row.getBoolean("is_root"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** Adds the root account unless one exists; returns the number of the root account. */
    AccountId ensureRoot(AccountId id) {
        jdbc.sql("insert into account (id, name, is_root) values (:id, 'root', true) on conflict do nothing")
                .param("id", id.value())
                .update();
        return root().orElseThrow(() -> new IllegalStateException("account " + id + " exists and is not root"));
    }

    Optional<AccountId> root() {
        return jdbc.sql("select id from account where is_root")
                .query(Long.class)
                .optional()
                .map(AccountId::new);
    }

    /** Locks the account's row until the transaction ends. */
    void lock(AccountId id) {
        jdbc.sql("select id from account where id = :id for no key update")
                .param("id", id.value())
                .query(Long.class)
                .single();
    }

    /** The numbers that belong to no account. */
    public Set<AccountId> unknown(Collection<AccountId> ids) {
        var unknown = new HashSet<>(ids);
        jdbc.sql("select id from account where id = any(:ids)")
                .param("ids", ids.stream().map(AccountId::value).toArray(Long[]::new))
                .query(Long.class)
                .list()
                .forEach(id -> unknown.remove(new AccountId(id)));
        return unknown;
    }
}
