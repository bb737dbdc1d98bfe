package dev.kiln.api.dashboard;

import dev.kiln.api.ApiSettings;
import dev.kiln.api.rpc.NewId;
import dev.kiln.api.signature.KeyHolders;
import dev.kiln.api.signature.Signatures;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Stores sessions. A browser has a token, the database its digest; the key is checked again in every request. */
@Component
final class WebSessions {

    private static final int TOKEN_LENGTH = 43;

    private final JdbcClient jdbc;
    private final KeyHolders holders;
    private final ApiSettings.Web settings;

    WebSessions(JdbcClient jdbc, KeyHolders holders, ApiSettings settings) {
        this.jdbc = jdbc;
        this.holders = holders;
        this.settings = settings.web();
    }

    /** Begins a session of a key whose secret has been checked, and returns the session's token. */
    String begin(String accessKeyId, String secret) {
        var token = NewId.text(TOKEN_LENGTH);
        jdbc.sql("""
                insert into web_session (token_digest, access_key_id, secret_digest) values (:token, :key, :secret)
                """)
                .param("token", digest(token))
                .param("key", accessKeyId)
                .param("secret", KeyHolders.digest(token, secret))
                .update();
        return token;
    }

    private record Row(String accessKeyId, String secretDigest, boolean idle) {}

    /**
     * The visitor with this token; empty if the session has ended, or its key has changed.
     *
     * @param uses whether this is a use of the session, which makes it last
     */
    Optional<Visitor> find(String token, boolean uses) {
        return jdbc.sql("""
                select access_key_id, secret_digest, used_at < now() - interval '1 minute' as idle from web_session
                 where token_digest = :token and used_at > now() - make_interval(secs => :unused)
                   and created_at > now() - make_interval(secs => :longest)
                """)
                .param("token", digest(token))
                .param("unused", settings.unused().toSeconds())
                .param("longest", settings.longest().toSeconds())
                .query((row, number) ->
                        new Row(row.getString("access_key_id"), row.getString("secret_digest"), row.getBoolean("idle")))
                .optional()
                .flatMap(row -> visitor(token, row, uses));
    }

    private Optional<Visitor> visitor(String token, Row row, boolean uses) {
        if (uses && row.idle()) {
            jdbc.sql("update web_session set used_at = now() where token_digest = :token")
                    .param("token", digest(token))
                    .update();
        }
        return holders.still(row.accessKeyId(), token, row.secretDigest())
                .map(caller -> new Visitor(caller, digest("form " + token)));
    }

    void end(String token) {
        jdbc.sql("delete from web_session where token_digest = :token")
                .param("token", digest(token))
                .update();
    }

    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void purge() {
        jdbc.sql("""
                delete from web_session where used_at < now() - make_interval(secs => :unused)
                    or created_at < now() - make_interval(secs => :longest)
                """)
                .param("unused", settings.unused().toSeconds())
                .param("longest", settings.longest().toSeconds())
                .update();
    }

    private static String digest(String text) {
        return Signatures.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
