package dev.kiln.log;

import dev.kiln.execution.ExecutionId;
import dev.kiln.image.Digest;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The logs that lie in regions. A log is moved once its execution ended long ago: an intent is recorded, the object is
 * stored, then one statement replaces the chunks by the row.
 */
public final class MovedLogs {

    private final JdbcClient jdbc;
    private final Regions regions;

    public MovedLogs(JdbcClient jdbc, Regions regions) {
        this.jdbc = jdbc;
        this.regions = regions;
    }

    /** A log to be moved. */
    public record Due(ExecutionId execution, RegionId region, Instant endedAt) {}

    public List<RegionId> regions() {
        return regions.ids();
    }

    /** Searches a region for logs of executions that ended at least this long ago. */
    public Search search(RegionId region, Duration ago) {
        return new Search(region, ago);
    }

    /**
     * Finds the logs to be moved, the oldest first. Each call continues where the one before ended, because few of all
     * ended executions still have a log to move. It starts over every hour, to find logs that other workers gave up.
     */
    public final class Search {

        private static final Instant BEGINNING = Instant.EPOCH;
        // Longer than any transaction takes from the time that it records until its commit.
        private static final Duration LATE = Duration.ofMinutes(10);
        private static final Duration ANEW = Duration.ofHours(1);

        private final RegionId region;
        private final Duration ago;
        private Instant from = BEGINNING;
        private long begunAt = System.nanoTime();

        private Search(RegionId region, Duration ago) {
            this.region = region;
            this.ago = ago;
        }

        /** The next logs that nobody is moving now. */
        public synchronized List<Due> next(int most) {
            if (System.nanoTime() - begunAt > ANEW.toNanos()) {
                from = BEGINNING;
                begunAt = System.nanoTime();
            }
            var upTo = jdbc.sql("select now() - make_interval(secs => :seconds)")
                    .param("seconds", ago.toMillis() / 1000.0)
                    .query(OffsetDateTime.class)
                    .single();
            var due = due(upTo, most);
            from = due.isEmpty() ? upTo.toInstant().minus(LATE) : due.get(0).endedAt();
            return due;
        }

        private List<Due> due(OffsetDateTime upTo, int most) {
            return jdbc.sql("""
                            select e.id, e.region_id, e.finished_at
                              from execution e join build_log_chunk c on c.execution_id = e.id and c.first_byte = 0
                             where e.region_id = :region and e.finished_at >= :from and e.finished_at < :upTo
                               and not exists (select from intent_state i where i.name = 'logs/' || e.id and i.alive)
                             order by e.finished_at limit :most
                            """)
                    .param("region", region.value())
                    .param("from", from.atOffset(ZoneOffset.UTC))
                    .param("upTo", upTo)
                    .param("most", most)
                    .query((row, number) -> new Due(
                            new ExecutionId(row.getString("id")),
                            new RegionId(row.getString("region_id")),
                            row.getObject("finished_at", OffsetDateTime.class).toInstant()))
                    .list();
        }
    }

    /** The key of the execution's log. */
    public static StoreKey key(ExecutionId execution) {
        return new StoreKey("logs/" + execution);
    }

    /**
     * Moves a log. Returns false and leaves it in place when its execution is gone, was re-opened or has printed more
     * meanwhile, or when the intent's owner counts as dead: the reaper may have removed the object already.
     *
     * @param intent covers the object until its row is written
     */
    public boolean move(Due due, long intent) throws IOException {
        var pieces = pieces(due.execution());
        if (pieces.isEmpty()) {
            return false;
        }
        var store = regions.find(due.region())
                .orElseThrow(() -> new IOException("region " + due.region() + " is not configured"));
        var bytes = new ByteArrayInputStream(LogObject.of(pieces));
        var stored = store.put(key(due.execution()), bytes, null, done -> {});
        return moved(due, stored.digest(), pieces, intent);
    }

    private List<LogPiece> pieces(ExecutionId execution) {
        return jdbc.sql(
                        "select first_byte, content, at from build_log_chunk where execution_id = :id order by first_byte")
                .param("id", execution.value())
                .query((row, number) -> new LogPiece(
                        row.getLong("first_byte"),
                        row.getBytes("content"),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .list();
    }

    // The intent is looked at for each locked row, so after the lock: what the reaper judges later, it finds moved.
    private boolean moved(Due due, Digest digest, List<LogPiece> pieces, long intent) {
        return jdbc.sql("""
                        with ended as (
                            select id, region_id from execution where id = :id and finished_at is not null
                               and (select count(*) from build_log_chunk where execution_id = :id) = :pieces
                               for share),
                        moved as (
                            insert into moved_log (execution_id, region_id, digest, log_end)
                            select id, region_id, :digest, :end from ended
                             where (select i.alive from intent_state i where i.id = :intent and i.name = 'logs/' || ended.id)
                            on conflict do nothing
                            returning execution_id),
                        gone as (
                            delete from build_log_chunk c using moved m where c.execution_id = m.execution_id),
                        settled as (
                            delete from intent where id = :intent and exists (select from moved))
                        select count(*) from moved
                        """)
                        .param("id", due.execution().value())
                        .param("pieces", pieces.size())
                        .param("digest", digest.value())
                        .param("end", pieces.get(pieces.size() - 1).end())
                        .param("intent", intent)
                        .query(Integer.class)
                        .single()
                == 1;
    }

    /** The size of a moved log in bytes; 0 when it was not moved. */
    public long end(ExecutionId execution) {
        return jdbc.sql("select log_end from moved_log where execution_id = :id")
                .param("id", execution.value())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    /**
     * The part of a moved log after an offset, about {@code most} bytes; empty when the log was not moved.
     *
     * @throws LogAwayException when the region does not answer
     */
    public List<LogPiece> read(ExecutionId execution, long offset, long most) {
        var place = place(execution);
        if (place.isEmpty()) {
            return List.of();
        }
        var region = place.get().region();
        try (var bytes = regions.find(region)
                .orElseThrow(() -> new IOException("region " + region + " is not configured"))
                .open(key(execution), place.get().digest(), 0)) {
            return LogObject.read(bytes, offset, most);
        } catch (IOException e) {
            throw new LogAwayException(region, e);
        }
    }

    private record Place(RegionId region, Digest digest) {}

    private Optional<Place> place(ExecutionId execution) {
        return jdbc.sql("select region_id, digest from moved_log where execution_id = :id")
                .param("id", execution.value())
                .query((row, number) ->
                        new Place(new RegionId(row.getString("region_id")), new Digest(row.getString("digest"))))
                .optional();
    }
}
