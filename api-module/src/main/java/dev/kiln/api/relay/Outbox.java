package dev.kiln.api.relay;

import dev.kiln.trace.TraceParent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The events that are not published yet. */
public final class Outbox {

    /**
     * The lock on the history of a template. Who marks its events as published shares it, and who deletes some of its
     * executions has it alone, until the end of the transaction. Otherwise an event that is marked while its execution
     * is being deleted would stay for ever: too late for the one to delete it, and too early for the other.
     */
    public static final String HISTORY_LOCK = "hashtextextended('history of ' || %s, 0)";

    private final JdbcClient jdbc;

    Outbox(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A row of the history, as the relay publishes it. */
    record Event(
            long id,
            String execution,
            String template,
            long account,
            int sequence,
            @Nullable String from,
            String to,
            int attempt,
            String message,
            boolean rings,
            Instant at,
            Optional<TraceParent> trace) {}

    /**
     * Becomes the only relay until the transaction ends; false if another process is. Two would publish out of order.
     */
    boolean becomeRelay() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('kiln.relay', 0))")
                .query(Boolean.class)
                .single();
    }

    /**
     * The next events to publish. Messages that are longer than any of today's are cut: one that the broker does not
     * take would hold up all events of all accounts.
     *
     * @param traced whether to look up their places in traces
     */
    List<Event> unpublished(int atMost, boolean traced) {
        return jdbc.sql("""
                        select id, execution_id, template_id, account_id, sequence, from_status, to_status, attempt,
                               left(message, 32000) as message, rings, at,
                               case when :traced then
                                   (select e.trace from execution e where e.id = execution_event.execution_id) end as trace
                          from execution_event where published_at is null order by id limit :most
                        """)
                .param("most", atMost)
                .param("traced", traced)
                .query(Outbox::event)
                .list();
    }

    /**
     * The events that wait to be published.
     *
     * @param events their number, counted up to 100000
     * @param oldest how long the oldest has waited; zero if none waits
     */
    public record Backlog(long events, Duration oldest) {}

    /** The current backlog. */
    public Backlog backlog() {
        return jdbc.sql("""
                        select (select count(*) from (select from execution_event where published_at is null limit 100000) w)
                                   as events,
                               coalesce((select extract(epoch from now() - at) from execution_event
                                          where published_at is null order by id limit 1), 0) as seconds
                        """)
                .query((row, number) -> new Backlog(row.getLong("events"), Duration.ofMillis((long)
                        (Math.max(row.getDouble("seconds"), 0) * 1000))))
                .single();
    }

    /**
     * Marks what the broker has acknowledged. For executions deleted in the meantime, this also removes the history.
     */
    void published(List<Event> events) {
        shareHistories(events.stream().map(Event::template).distinct().toArray(String[]::new));
        // A statement of its own, to see what those who had the locks have deleted.
        var ids = events.stream().map(Event::id).toArray(Long[]::new);
        // PostgreSQL does not know the length of a selected array, so one plan serves batches of any length.
        var marked = jdbc.sql("""
                        update execution_event v set published_at = now()
                         where v.id = any(array(select unnest(:ids))) and exists (select from execution e where e.id = v.execution_id)
                        """).param("ids", ids).update();
        if (marked < ids.length) {
            forgetDeleted(ids);
        }
    }

    private void shareHistories(String[] templates) {
        jdbc.sql("select pg_advisory_xact_lock_shared(" + HISTORY_LOCK.formatted("t")
                        + ") from unnest(cast(:templates as text[])) t")
                .param("templates", templates)
                .query()
                .listOfRows();
    }

    private void forgetDeleted(Long[] ids) {
        jdbc.sql("""
                        delete from execution_event v
                         where v.id = any(:ids) and not exists (select from execution e where e.id = v.execution_id)
                        """).param("ids", ids).update();
    }

    private static Event event(ResultSet row, int number) throws SQLException {
        return new Event(
                row.getLong("id"),
                row.getString("execution_id"),
                row.getString("template_id"),
                row.getLong("account_id"),
                row.getInt("sequence"),
                row.getString("from_status"),
                row.getString("to_status"),
                row.getInt("attempt"),
                row.getString("message"),
                row.getBoolean("rings"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                TraceParent.parse(row.getString("trace")));
    }
}
