package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import dev.kiln.api.permission.Policy;
import dev.kiln.database.Gathered;
import dev.kiln.secret.SecretSeal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Stores the keys that sign requests, with their secrets sealed. Keys with policies have a table of their own: an older
 * release does not know it, and so does not accept them.
 */
@Component
public final class AccessKeys {

    /** All keys that do not expire. */
    static final String LONG_LIVED = """
            (select id, account_id, secret, active, created_at, cast('{}' as text[]) as policies from access_key
             union all
             select id, account_id, secret, active, created_at, policies from narrowed_key)
            """;

    private static final Logger LOG = LoggerFactory.getLogger(AccessKeys.class);

    private final JdbcClient jdbc;
    private final SecretSeal seal;
    // Read for each request, never cached: a key that was switched off is refused at once.
    private final Gathered<String, Optional<Supplier<Optional<SigningKey>>>> found = new Gathered<>(this::findAll);

    AccessKeys(JdbcClient jdbc, SecretSeal seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /** A key without its secret; a key without policies is allowed everything. */
    public record Shown(
            String accessKeyId, String accountId, boolean active, List<String> policies, Instant createdAt) {}

    Optional<SigningKey> find(String id) {
        // PostgreSQL refuses a text with U+0000, and with it the statement for all simultaneous requests.
        return id.indexOf('\0') >= 0 ? Optional.empty() : found.ask(id).flatMap(Supplier::get);
    }

    private List<Optional<Supplier<Optional<SigningKey>>>> findAll(List<String> ids) {
        var keys = new HashMap<String, Supplier<Optional<SigningKey>>>();
        // If an id is in both tables by accident, the key with fewer rights comes last, and counts. PostgreSQL does not
        // know the length of a selected array, so it plans once and not for each: planning takes twenty times as long
        // as reading the keys.
        jdbc.sql("select k.*, a.is_root from " + LONG_LIVED + """
                        k join account a on a.id = k.account_id
                        where k.id = any(array(select unnest(:ids))) order by cardinality(k.policies)
                        """)
                .param("ids", ids.stream().distinct().toArray(String[]::new))
                .query(row -> {
                    keys.put(row.getString("id"), key(row));
                });
        return ids.stream().map(id -> Optional.ofNullable(keys.get(id))).toList();
    }

    /**
     * The key of a row. Each caller opens its own key's seal, so that one that does not open fails nobody else's
     * request.
     */
    private Supplier<Optional<SigningKey>> key(ResultSet row) throws SQLException {
        var id = row.getString("id");
        var account = new AccountId(row.getLong("account_id"));
        var sealed = row.getBytes("secret");
        var active = row.getBoolean("active");
        var root = row.getBoolean("is_root");
        var policies = texts(row.getArray("policies")).toList();
        return () -> secret(seal, id, sealed, active)
                .map(secret -> new SigningKey(id, account, secret, active, root, policies, Optional.empty()));
    }

    /**
     * The secret to check a request with: empty if it was sealed with another kiln.secrets-key, so that nobody can sign
     * with it. Nobody needs the secret of a key that is switched off.
     */
    static Optional<String> secret(SecretSeal seal, String id, byte[] sealed, boolean active) {
        if (!active) {
            return Optional.of("");
        }
        try {
            return Optional.of(seal.open(id, sealed));
        } catch (IllegalStateException e) {
            LOG.warn(
                    "the secret of access key {} does not open with this kiln.secrets-key, so the key counts as unknown:"
                            + " configure the kiln.secrets-key of before, or delete the key",
                    id);
            return Optional.empty();
        }
    }

    static Stream<String> texts(Array array) throws SQLException {
        return Stream.of((String[]) array.getArray());
    }

    /** Adds a new key. Every one of its policies must allow an action for the key to be allowed it. */
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

    /** The account's keys, oldest first. */
    public List<Shown> list(AccountId account) {
        return jdbc.sql("select k.* from " + LONG_LIVED + "k where k.account_id = :account order by created_at, id")
                .param("account", account.value())
                .query(AccessKeys::shown)
                .list();
    }

    /** A key of any account. */
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

    /** Switches a key and the temporary keys that it made on or off. */
    public void setActive(String id, boolean active) {
        for (var table : List.of("access_key", "narrowed_key")) {
            jdbc.sql("update " + table + " set active = :active where id = :id")
                    .param("active", active)
                    .param("id", id)
                    .update();
        }
    }

    /** Removes a key and the temporary keys that it made. */
    public void delete(String id) {
        for (var table : List.of("access_key", "narrowed_key")) {
            jdbc.sql("delete from " + table + " where id = :id").param("id", id).update();
        }
    }

    /**
     * Makes a new key, or one with a new secret, the account's only active key. A known key with the same secret
     * changes nothing: if it was switched off, it stays off. False if the id belongs to another key. Two processes that
     * do this at once end with the same rows.
     */
    public boolean makeOnlyKey(String id, AccountId account, String secret) {
        var active = isActive(id, account, secret);
        if (active.isPresent()) {
            if (!active.get()) {
                LOG.warn("the configured root key {} is switched off and stays so: configure another one", id);
            }
            return true;
        }
        LOG.warn("{} becomes the only active key of the root account", id);
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

    /** Whether the key that has this secret is active; empty if there is none, or the caller has to seal it anew. */
    private Optional<Boolean> isActive(String id, AccountId account, String secret) {
        return jdbc.sql("""
                        select secret, active from access_key
                        where id = :id and account_id = :account and not exists (select from narrowed_key where id = :id)
                        """)
                .param("id", id)
                .param("account", account.value())
                .query((row, number) -> {
                    var active = row.getBoolean("active");
                    return secret(seal, id, row.getBytes("secret"), true)
                            .filter(known -> Signatures.same(secret, known))
                            .map(known -> active);
                })
                .optional()
                .flatMap(active -> active);
    }

    /** An active key, and whether the current kiln.secrets-key opens its secret. */
    public record Sealed(String id, boolean opens) {}

    /** The active keys except one. */
    public List<Sealed> sealed(String but) {
        return jdbc.sql("select k.id, k.secret from " + LONG_LIVED + "k where k.active and k.id <> :but")
                .param("but", but)
                .query((row, number) -> new Sealed(row.getString("id"), opens(row)))
                .list();
    }

    private boolean opens(ResultSet row) throws SQLException {
        try {
            seal.open(row.getString("id"), row.getBytes("secret"));
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
