package dev.kiln.api.signature;

import dev.kiln.database.Gathered;
import dev.kiln.database.Purge;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Remembers nonces for as long as the request they came with could be sent again. */
@Component
class SeenNonces {

    private final JdbcClient jdbc;
    private final Gathered<Nonce, Boolean> remembered = new Gathered<>(this::insert);

    SeenNonces(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Nonce(String accessKeyId, String text, Instant expiresAt) {

        private String whole() {
            return accessKeyId + " " + text;
        }
    }

    /** True for the first of any number of simultaneous calls with the same nonce, in whatever process. */
    boolean remember(String accessKeyId, String nonce, Instant expiresAt) {
        return remembered.ask(new Nonce(accessKeyId, nonce, expiresAt));
    }

    private List<Boolean> insert(List<Nonce> nonces) {
        // Sorted, so that two processes that insert the same ones do not wait for each other crosswise.
        var added = new HashSet<>(jdbc.sql("""
                insert into seen_nonce (access_key_id, nonce, expires_at)
                select n.access_key_id, n.nonce, to_timestamp(n.expires)
                from unnest(:keys, :nonces, :expires) n (access_key_id, nonce, expires)
                order by n.access_key_id, n.nonce
                on conflict do nothing
                returning access_key_id || ' ' || nonce
                """)
                .param("keys", nonces.stream().map(Nonce::accessKeyId).toArray(String[]::new))
                .param("nonces", nonces.stream().map(Nonce::text).toArray(String[]::new))
                .param(
                        "expires",
                        nonces.stream()
                                .map(nonce -> nonce.expiresAt().getEpochSecond())
                                .toArray(Long[]::new))
                .query(String.class)
                .list());
        // Of two that are the same one was added.
        return nonces.stream().map(nonce -> added.remove(nonce.whole())).toList();
    }

    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void purge() {
        Purge.inParts(jdbc.sql("""
                delete from seen_nonce where ctid in (
                    select ctid from seen_nonce where expires_at < now() limit :most)
                """));
    }
}
