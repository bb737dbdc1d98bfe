package dev.kiln.api.schedule;

import dev.kiln.account.AccountId;
import dev.kiln.template.TemplateId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The schedules of templates, and waiting runs. Times are those of the API processes' clocks. */
@Component
public final class Schedules {

    private final JdbcClient jdbc;

    Schedules(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A schedule.
     *
     * @param nextAt when the next run is due; empty if there is none
     * @param waitsSince since when a run waits for the end of an execution, if one does
     */
    public record Schedule(
            String cron,
            String zone,
            WhileRunning whileRunning,
            Optional<Instant> nextAt,
            Optional<Instant> waitsSince,
            Optional<LastRun> last) {}

    /** The template's schedule, if it has one. */
    public Optional<Schedule> find(TemplateId template) {
        return jdbc.sql("select * from template_schedule where template_id = :template")
                .param("template", template.value())
                .query((row, number) -> schedule(row))
                .optional();
    }

    private static Schedule schedule(ResultSet row) throws SQLException {
        return new Schedule(
                row.getString("cron"),
                row.getString("zone"),
                WhileRunning.of(row.getString("while_running")),
                time(row, "next_at"),
                time(row, "waits_since"),
                lastRun(row));
    }

    /** The last outcome, from the columns that both kinds of rows have. */
    static Optional<LastRun> lastRun(ResultSet row) throws SQLException {
        var at = row.getObject("last_at", OffsetDateTime.class);
        return at == null
                ? Optional.empty()
                : Optional.of(new LastRun(
                        at.toInstant(),
                        LastRun.Outcome.valueOf(row.getString("last_outcome")),
                        row.getString("last_message"),
                        row.getString("last_execution_id")));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    /** Replaces the template's schedule and drops a waiting run; the caller holds the template's lock. */
    void set(TemplateId template, Wanted wanted, Instant nextAt, Instant now) {
        jdbc.sql("""
                        insert into template_schedule (template_id, cron, zone, while_running, next_at, set_at)
                        values (:template, :cron, :zone, :whileRunning, :nextAt, :now)
                        on conflict (template_id) do update
                           set cron = excluded.cron, zone = excluded.zone, while_running = excluded.while_running,
                               next_at = excluded.next_at, set_at = excluded.set_at, waits_since = null
                        """)
                .param("template", template.value())
                .param("cron", wanted.cron())
                .param("zone", wanted.zone())
                .param("whileRunning", wanted.whileRunning().word())
                .param("nextAt", time(nextAt))
                .param("now", time(now))
                .update();
    }

    /** A requested schedule, validated. */
    record Wanted(String cron, String zone, WhileRunning whileRunning) {}

    /** Removes the template's schedule; false if it has none. */
    boolean remove(TemplateId template) {
        return jdbc.sql("delete from template_schedule where template_id = :template")
                        .param("template", template.value())
                        .update()
                == 1;
    }

    /** The templates whose schedules need a decision: a run is due, or its wait is over. */
    List<TemplateId> due(Instant now) {
        return jdbc.sql("""
                        select template_id from template_schedule where next_at <= :now
                        union
                        select s.template_id from template_schedule s
                         where s.waits_since is not null
                           and not exists (select from execution e
                                            where e.template_id = s.template_id and e.finished_at is null)
                        """).param("now", time(now)).query(String.class).list().stream()
                .map(TemplateId::new)
                .toList();
    }

    /** A schedule that only this transaction decides on. */
    record Claim(TemplateId template, AccountId account, Schedule schedule) {}

    /**
     * Claims a schedule, and its template, until the transaction ends, so that the template's other automatic starts
     * wait. Empty if nothing is to be decided any more, or another process has claimed either.
     */
    Optional<Claim> claim(TemplateId template, Instant now) {
        return jdbc.sql("""
                        select s.*, t.account_id
                          from template t join template_schedule s on s.template_id = t.id
                         where t.id = :template and (s.next_at <= :now or s.waits_since is not null)
                           for no key update of t skip locked for update of s skip locked
                        """)
                .param("template", template.value())
                .param("now", time(now))
                .query((row, number) -> new Claim(template, new AccountId(row.getLong("account_id")), schedule(row)))
                .optional();
    }

    /** Records the decision and when the next run is due; the last started execution stays if none was started now. */
    void decided(Claim claim, @Nullable Instant nextAt, @Nullable Instant waitsSince, LastRun last) {
        jdbc.sql("""
                        update template_schedule
                           set next_at = :nextAt, waits_since = :waitsSince, last_at = :at, last_outcome = :outcome,
                               last_message = :message, last_execution_id = coalesce(:execution, last_execution_id)
                         where template_id = :template
                        """)
                .param("template", claim.template().value())
                .param("nextAt", time(nextAt), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("waitsSince", time(waitsSince), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("at", time(last.at()))
                .param("outcome", last.outcome().name())
                .param("message", last.message())
                .param("execution", last.executionId(), Types.VARCHAR)
                .update();
    }

    /** Drops a waiting run, since another start has done what it waited for. */
    void takenUp(TemplateId template, LastRun last) {
        jdbc.sql("""
                        update template_schedule
                           set waits_since = null, last_at = :at, last_outcome = :outcome, last_message = :message,
                               last_execution_id = :execution
                         where template_id = :template and waits_since is not null
                        """)
                .param("template", template.value())
                .param("at", time(last.at()))
                .param("outcome", last.outcome().name())
                .param("message", last.message())
                .param("execution", last.executionId(), Types.VARCHAR)
                .update();
    }
}
