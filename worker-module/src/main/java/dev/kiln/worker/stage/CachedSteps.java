package dev.kiln.worker.stage;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.SupersededException;
import dev.kiln.image.Digest;
import dev.kiln.region.RegionId;
import dev.kiln.worker.engine.StepJournal;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of steps that other builds may reuse, by region and by everything that the step was made of. */
public final class CachedSteps {

    private final JdbcClient jdbc;

    public CachedSteps(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A row. Steps that may write have a digest; steps whose output later ones use have the output. */
    record Row(Instant made, Optional<Digest> digest, Optional<String> stdout) {}

    /** The step, if it was run at most this long ago. Its use is noted at most once an hour. */
    Optional<Row> find(RegionId region, String key, Duration maximalAge) {
        return jdbc.sql("""
                        with found as (
                            select made_at, used_at, digest, stdout from cached_step
                             where region_id = :region and key = :key and made_at > now() - make_interval(secs => :seconds)),
                        used as (
                            update cached_step set used_at = now()
                             where region_id = :region and key = :key
                               and exists (select from found where used_at < now() - interval '1 hour'))
                        select made_at, digest, stdout from found
                        """)
                .param("region", region.value())
                .param("key", key)
                .param("seconds", maximalAge.toSeconds())
                .query((row, number) -> new Row(
                        row.getObject("made_at", OffsetDateTime.class).toInstant(),
                        Optional.ofNullable(row.getString("digest")).map(Digest::new),
                        Optional.ofNullable(row.getString("stdout"))))
                .optional();
    }

    /**
     * Adds a step that was just run, replacing one with the same key. Its object stays an intent until the execution
     * has ended, so that the reaper finds the replaced object, which lies beside it.
     */
    void add(Attempt attempt, String key, Optional<StepJournal.LayerFile> layer, Optional<String> stdout) {
        var added = jdbc.sql("""
                        with mine as (
                            select id, account_id, region_id from execution
                             where id = :execution and attempt = :attempt and status = 'BUILDING' for share),
                        added as (
                            insert into cached_step (region_id, key, account_id, digest, bytes, stdout)
                            select region_id, :key, account_id, :digest, :bytes, :stdout from mine
                            on conflict (region_id, key) do update
                               set digest = excluded.digest, bytes = excluded.bytes, stdout = excluded.stdout,
                                   made_at = excluded.made_at, used_at = excluded.used_at)
                        select count(*) from mine
                        """)
                .param("key", key)
                .param("digest", layer.map(file -> file.digest().value()).orElse(null), Types.VARCHAR)
                .param("bytes", layer.map(StepJournal.LayerFile::bytes).orElse(null), Types.BIGINT)
                .param("stdout", stdout.orElse(null), Types.VARCHAR)
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .query(Integer.class)
                .single();
        if (added == 0) {
            throw new SupersededException(attempt);
        }
    }

    /** Forgets a step. Its object has no row then, and is removed later. */
    void remove(RegionId region, String key) {
        jdbc.sql("delete from cached_step where region_id = :region and key = :key")
                .param("region", region.value())
                .param("key", key)
                .update();
    }

    /**
     * Forgets the region's least recently used steps until the rest take at most this many bytes; returns their keys.
     */
    List<String> evict(RegionId region, long mostBytes) {
        return jdbc.sql("""
                        with ranked as (
                            select key, sum(coalesce(bytes, 0) + 1000) over (order by used_at desc, key) as total
                              from cached_step where region_id = :region)
                        delete from cached_step c using ranked r
                         where c.region_id = :region and c.key = r.key and r.total > :most
                        returning c.key
                        """)
                .param("region", region.value())
                .param("most", mostBytes)
                .query(String.class)
                .list();
    }
}
