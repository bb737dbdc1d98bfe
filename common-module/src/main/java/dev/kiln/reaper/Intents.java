package dev.kiln.reaper;

import dev.kiln.execution.Attempt;
import dev.kiln.execution.SupersededException;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoreKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Effects outside of the database, recorded before they begin and deleted once they are undone or have a row of their
 * own. The intents lead to whatever a crash leaves behind.
 */
public final class Intents {

    private static final String SECONDS = "extract(epoch from clock_timestamp() - created_at)::bigint as seconds";

    private final JdbcClient jdbc;

    public Intents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The kind of effect; the database repeats the names. */
    public enum Kind {
        /** Files, mounts, processes and control groups of builds, in an engine's directory. */
        SCRATCH,
        /** A copy of an image, in a region. */
        COPY,
        /** A layer of a build, in a region. */
        LAYER,
        /** An object that an API process stores or removes, in a region. */
        UPLOAD
    }

    /** An intent that no live process works on. */
    public record Dead(long id, Kind kind, String place, String name, String execution, long seconds) {}

    /**
     * Records what the attempt is about to make; repeated calls record it once.
     *
     * @throws SupersededException when another attempt has the execution: nothing may be begun then
     */
    public void begin(Attempt attempt, Kind kind, String place, String name) {
        var mine = jdbc.sql("""
                        with mine as (
                            select id from execution where id = :execution and attempt = :attempt and status = :status for share),
                        noted as (
                            insert into intent (kind, place, name, execution_id, attempt)
                            select :kind, :place, :name, id, :attempt from mine
                            on conflict (execution_id, attempt, kind, place, name) do nothing)
                        select count(*) from mine
                        """)
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .param("status", attempt.status().name())
                .param("kind", kind.name())
                .param("place", place)
                .param("name", name)
                .query(Integer.class)
                .single();
        if (mine == 0) {
            throw new SupersededException(attempt);
        }
    }

    /** Deletes the intent of this or an earlier attempt there: the effect is undone, or has a row of its own. */
    public void end(Attempt attempt, Kind kind, String place, String name) {
        jdbc.sql("""
                        delete from intent
                         where execution_id = :execution and attempt <= :attempt and kind = :kind and place = :place and name = :name
                        """)
                .param("execution", attempt.execution().value())
                .param("attempt", attempt.number())
                .param("kind", kind.name())
                .param("place", place)
                .param("name", name)
                .update();
    }

    /**
     * Records what an API process is about to store.
     *
     * @param holder the advisory lock that proves that the process lives; empty for an object to be removed at once
     */
    public long beginUpload(RegionId region, StoreKey key, Optional<Long> holder) {
        return jdbc.sql("""
                        insert into intent (kind, place, name, holder) values ('UPLOAD', :place, :name, :holder) returning id
                        """)
                .param("place", region.value())
                .param("name", key.value())
                .param("holder", holder.orElse(null))
                .query(Long.class)
                .single();
    }

    /** Deletes an upload's intent: its object has a row of its own, or is gone. */
    public void endUpload(long id) {
        forget(List.of(id));
    }

    /** Leaves an upload to the reaper: its process lives, but no longer works on it. */
    public void releaseUpload(long id) {
        jdbc.sql("update intent set holder = null where id = :id")
                .param("id", id)
                .update();
    }

    /** The intents left behind in the place, the oldest first. */
    public List<Dead> dead(String place) {
        return jdbc.sql("select *, " + SECONDS + " from intent_state where place = :place and not alive order by id")
                .param("place", place)
                .query(Intents::dead)
                .list();
    }

    /** The intents left behind in other places than these, the oldest first, at most a thousand. */
    public List<Dead> deadElsewhere(Collection<String> places) {
        return jdbc.sql("""
                        select *, %s from intent_state
                         where not alive and not place = any(:places) order by id limit 1000
                        """.formatted(SECONDS))
                .param("places", places.toArray(String[]::new))
                .query(Intents::dead)
                .list();
    }

    /**
     * Whether no worker uses the scratch space of this name in this place any more. Workers of earlier versions record
     * no intents: scratch space of a running execution whose present attempt has none may be in use.
     */
    public boolean isScratchLeft(String place, String name) {
        return jdbc.sql("""
                        with here as (
                            select alive from intent_state where kind = 'SCRATCH' and place = :place and name = :name)
                        select not exists (select from here where alive)
                           and (exists (select from here)
                                or not exists (
                                    select from execution e
                                     where e.id = :name and e.finished_at is null
                                       and not exists (select from intent i
                                                        where i.execution_id = e.id and i.attempt = e.attempt
                                                          and i.kind = 'SCRATCH')))
                        """)
                .param("place", place)
                .param("name", name)
                .query(Boolean.class)
                .single();
    }

    /** Deletes the intents left behind in a place that will not come back, but not those still being worked on. */
    public void forget(String place) {
        jdbc.sql("delete from intent where id in (select id from intent_state where place = :place and not alive)")
                .param("place", place)
                .update();
        jdbc.sql("delete from sweep where place = :place").param("place", place).update();
    }

    /** Deletes intents whose effects are gone. */
    public void forget(Collection<Long> ids) {
        jdbc.sql("delete from intent where id = any(:ids)")
                .param("ids", ids.toArray(Long[]::new))
                .update();
    }

    private static Dead dead(ResultSet row, int number) throws SQLException {
        var execution = row.getString("execution_id");
        return new Dead(
                row.getLong("id"),
                Kind.valueOf(row.getString("kind")),
                row.getString("place"),
                row.getString("name"),
                execution == null ? "" : execution,
                row.getLong("seconds"));
    }
}
