package dev.kiln.api.signature;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Remembers nonces for as long as the request they came with could be sent again. */
@Component
class SeenNonces {

    private final JdbcClient jdbc;

    SeenNonces(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** True for the first of any number of simultaneous calls with the same nonce, in whatever process. */
    boolean remember(String accessKeyId, String nonce, Instant expiresAt) {
        return jdbc.sql("""
                insert into seen_nonce (access_key_id, nonce, expires_at) values (:key, :nonce, :expires)
                on conflict do nothing
                """)
                        .param("key", accessKeyId)
                        .param("nonce", nonce)
                        .param("expires", OffsetDateTime.ofInstant(expiresAt, ZoneOffset.UTC))
                        .update()
                == 1;
    }

    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void purge() {
        jdbc.sql("delete from seen_nonce where expires_at < now()").update();
    }
}
