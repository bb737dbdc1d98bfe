package dev.kiln.api.signature;

import dev.kiln.database.Gathered;
import dev.kiln.database.Purge;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Remembers nonces for as long as their requests could be replayed. */
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

    /** True for the first of any number of simultaneous calls with the same nonce, across all processes. */
    boolean remember(String accessKeyId, String nonce, Instant expiresAt) {
        return remembered.ask(new Nonce(accessKeyId, nonce, expiresAt));
    }

    private List<Boolean> insert(List<Nonce> nonces) {
        // Sorted, so that two processes that insert the same nonces do not deadlock.
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
        // If a nonce was sent twice at the same moment, only the first gets true.
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
