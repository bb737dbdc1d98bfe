package dev.kiln.api.signature;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.Gateway;
import dev.kiln.api.permission.Policy;
import dev.kiln.secret.SecretSeal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Stores keys that expire. A temporary key depends on the key that made it: switching off, narrowing or removing the
 * parent does the same to it.
 */
@Component
public final class TemporaryKeys {

    private final JdbcClient jdbc;
    private final SecretSeal seal;

    TemporaryKeys(JdbcClient jdbc, SecretSeal seal) {
        this.jdbc = jdbc;
        this.seal = seal;
    }

    /** A new temporary key, shown only once. */
    public record Made(String accessKeyId, String accessKeySecret, String securityToken, Instant expiration) {}

    /** Adds a new key, whose parent is the caller's key. */
    public Made add(Caller parent, NewSecrets secrets, Duration life, Optional<Policy> policy) {
        try {
            var expires = insert(parent, secrets, life, policy);
            return new Made(secrets.id(), secrets.secret(), secrets.token(), expires.toInstant());
        } catch (DataIntegrityViolationException e) {
            // The parent was deleted after its signature was checked.
            throw Gateway.KEY_NOT_FOUND.because("Specified access key is not found.");
        }
    }

    private OffsetDateTime insert(Caller parent, NewSecrets secrets, Duration life, Optional<Policy> policy) {
        return jdbc.sql("""
                insert into temporary_key (id, account_id, access_key_id, narrowed_key_id, secret, token_digest, policy,
                    expires_at)
                values (:id, :account, :accessKey, :narrowedKey, :secret, :digest, :policy,
                    now() + interval '1 second' * :seconds)
                returning expires_at
                """)
                .param("id", secrets.id())
                .param("account", parent.account().value())
                .param("accessKey", parent.policies().isEmpty() ? parent.accessKeyId() : null)
                .param("narrowedKey", parent.policies().isEmpty() ? null : parent.accessKeyId())
                .param("secret", seal.seal(secrets.id(), secrets.secret()))
                .param("digest", SecurityToken.digestOf(secrets.token()))
                .param("policy", policy.map(Policy::document).orElse(null))
                .param("seconds", life.toSeconds())
                .query(OffsetDateTime.class)
                .single();
    }

    Optional<SigningKey> find(String id) {
        return jdbc.sql("""
                select t.id, t.account_id, t.secret, t.token_digest, t.policy, t.expires_at <= now() as expired,
                       k.id as parent, k.active, k.policies, a.is_root
                from temporary_key t join account a on a.id = t.account_id join
                """ + AccessKeys.LONG_LIVED + """
                k on k.id = coalesce(t.access_key_id, t.narrowed_key_id)
                where t.id = :id
                """)
                .param("id", id)
                .query((row, number) -> key(row))
                .optional()
                .flatMap(key -> key);
    }

    private Optional<SigningKey> key(ResultSet row) throws SQLException {
        var id = row.getString("id");
        var account = new AccountId(row.getLong("account_id"));
        var active = row.getBoolean("active");
        var root = row.getBoolean("is_root");
        var policies = Stream.concat(
                        AccessKeys.texts(row.getArray("policies")), Stream.ofNullable(row.getString("policy")))
                .toList();
        var token =
                new SecurityToken(row.getString("token_digest"), row.getString("parent"), row.getBoolean("expired"));
        return AccessKeys.secret(seal, id, row.getBytes("secret"), active)
                .map(secret -> new SigningKey(id, account, secret, active, root, policies, Optional.of(token)));
    }

    /** Removes keys a day after they expire: until then their holders are told that they have expired. */
    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void purge() {
        jdbc.sql("delete from temporary_key where expires_at < now() - interval '1 day'")
                .update();
    }
}
