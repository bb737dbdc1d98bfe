package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import dev.kiln.api.permission.Policy;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Stores the keys that sign requests; their secrets lie sealed in the database. Those with policies have a table of
 * their own: an older program, which does not know it, does not accept them.
 */
@Component
public final class AccessKeys {

    /** All keys that do not expire. */
    static final String LONG_LIVED = """
            (select id, account_id, secret, active, created_at, cast('{}' as text[]) as policies from access_key
             union all
             select id, account_id, secret, active, created_at, policies from narrowed_key)
            """;

    private final JdbcClient jdbc;
    private final SecretSeal seal;

    AccessKeys(JdbcClient jdbc, SecretSeal seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /** A key as it is shown, without its secret; with no policy it may do everything. */
    public record Shown(
            String accessKeyId, String accountId, boolean active, List<String> policies, Instant createdAt) {}

    Optional<SigningKey> find(String id) {
        // An id in both tables would be an accident; then the one that may do less counts.
        return jdbc.sql("select k.*, a.is_root from " + LONG_LIVED + """
                        k join account a on a.id = k.account_id
                        where k.id = :id order by cardinality(k.policies) desc limit 1
                        """)
                .param("id", id)
                .query((row, number) -> new SigningKey(
                        row.getString("id"),
                        new AccountId(row.getLong("account_id")),
                        seal.open(row.getString("id"), row.getBytes("secret")),
                        row.getBoolean("active"),
                        row.getBoolean("is_root"),
                        texts(row.getArray("policies")).toList(),
                        Optional.empty()))
                .optional();
    }

    static Stream<String> texts(Array array) throws SQLException {
        return Stream.of((String[]) array.getArray());
    }

    /** Makes a key that did not exist; all of the policies have to allow what it is used for. */
    public void add(String id, AccountId account, String secret, List<Policy> policies) {
        var statement = policies.isEmpty()
                ? jdbc.sql("insert into access_key (id, account_id, secret) values (:id, :account, :secret)")
                : jdbc.sql("""
                        insert into narrowed_key (id, account_id, secret, policies)
                        values (:id, :account, :secret, :policies)
                        """)
                        .param(
                                "policies",
                                policies.stream().map(Policy::document).toArray(String[]::new));
        statement
                .param("id", id)
                .param("account", account.value())
                .param("secret", seal.seal(id, secret))
                .update();
    }

    /** The account's keys, the oldest first. */
    public List<Shown> list(AccountId account) {
        return jdbc.sql("select k.* from " + LONG_LIVED + "k where k.account_id = :account order by created_at, id")
                .param("account", account.value())
                .query(AccessKeys::shown)
                .list();
    }

    /** A key of whatever account. */
    public Optional<Shown> show(String id) {
        return jdbc.sql("select k.* from " + LONG_LIVED + "k where k.id = :id")
                .param("id", id)
                .query(AccessKeys::shown)
                .optional();
    }

    private static Shown shown(ResultSet row, int number) throws SQLException {
        return new Shown(
                row.getString("id"),
                row.getString("account_id"),
                row.getBoolean("active"),
                texts(row.getArray("policies")).toList(),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    /** Switches a key, and the temporary ones that it made, on or off. */
    public void setActive(String id, boolean active) {
        for (var table : List.of("access_key", "narrowed_key")) {
            jdbc.sql("update " + table + " set active = :active where id = :id")
                    .param("active", active)
                    .param("id", id)
                    .update();
        }
    }

    /** Removes a key and the temporary ones that it made. */
    public void delete(String id) {
        for (var table : List.of("access_key", "narrowed_key")) {
            jdbc.sql("delete from " + table + " where id = :id").param("id", id).update();
        }
    }

    /**
     * Makes this the account's only active key, whatever was there before, unless it is an active key of the account
     * already: then others stay as they are. False when the id is another key's. Two processes that do so at once end
     * at the same rows.
     */
    public boolean makeOnlyKey(String id, AccountId account, String secret) {
        if (isActiveKey(id, account, secret)) {
            return true;
        }
        var rows = jdbc.sql("""
                insert into access_key (id, account_id, secret)
                select :id, :account, :secret where not exists (select from narrowed_key where id = :id)
                on conflict (id) do update set secret = excluded.secret, active = true
                where access_key.account_id = excluded.account_id
                """)
                .param("id", id)
                .param("account", account.value())
                .param("secret", seal.seal(id, secret))
                .update();
        for (var table : List.of("access_key", "narrowed_key")) {
            jdbc.sql("update " + table + " set active = false where account_id = :account and id <> :id and active")
                    .param("id", id)
                    .param("account", account.value())
                    .update();
        }
        return rows == 1;
    }

    private boolean isActiveKey(String id, AccountId account, String secret) {
        try {
            return find(id).filter(key -> key.active()
                            && key.policies().isEmpty()
                            && key.account().equals(account)
                            && Signatures.same(secret, key.secret()))
                    .isPresent();
        } catch (IllegalStateException e) {
            return false; // Sealed with another kiln.secrets-key: it is sealed anew.
        }
    }
}
