package dev.kiln.execution;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The queue of executions that wait for a worker: unfinished ones whose template's lock nobody holds. It has no table;
 * it is read from the rows and the locks. Cancels come first, since they are short and somebody waits for them. Then
 * comes the account with the fewest running executions; among equals, the one served longest ago (otherwise the oldest
 * starts would all go first when there is one slot); then the oldest.
 */
public final class ExecutionQueue {

    // Each account's waiting executions count as running one after the other, so that the n-th of the queue is the one
    // that would be chosen after n - 1 choices. An execution re-opened for a retry counts as having come then. An
    // execution that needs what none of the workers in question can do is left out and delays nobody. An account's last
    // end is looked up once for the account, not once for each waiting execution.
    private static final String LINE = """
            with held as materialized (
                select distinct l.classid::bigint << 32 | l.objid::bigint as key
                  from pg_locks l
                 where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
                   and l.database = (select oid from pg_database where datname = current_database())),
            open as (
                select e.id, e.account_id, e.status, h.key is not null as runs,
                       case when e.needed_in = e.status then e.needs else '{}' end as needs,
                       case when e.outcome is null then e.created_at
                            else coalesce((select max(v.at) from execution_event v
                                            where v.execution_id = e.id and v.from_status = 'PARTITION_SUCCESS'), e.created_at)
                       end as came
                  from execution e left join held h on h.key = hashtextextended(e.template_id, 0)
                 where e.finished_at is null),
            account as materialized (
                select a.id, a.running, (select max(f.finished_at) from execution f where f.account_id = a.id) as served
                  from (select account_id as id, count(*) filter (where runs) as running from open group by account_id) a),
            waiting as (
                select o.id, o.came, o.status = 'CANCELLING' as short, a.served,
                       row_number() over (partition by a.id order by o.came, o.id) + a.running as load
                  from open o join account a on a.id = o.account_id where not o.runs and (%s)),
            line as (
                select id, row_number() over (order by short desc, load, served nulls first, came, id) as position from waiting)
            """;

    private static final String OF_ABLE = LINE.formatted("""
            o.needs <@ cast(:able as text[])
            and (:room or o.status in ('DISTRIBUTING', 'RELEASING', 'CANCELLING'))""");
    private static final String OF_ALL =
            LINE.formatted("o.needs = '{}' or exists (select from live_worker w where w.able @> o.needs)");

    private final JdbcClient jdbc;

    public ExecutionQueue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The first executions of the queue, without those to be passed over and those that need other abilities.
     *
     * @param room whether there is space for builds; otherwise only those that have been built
     */
    public List<ExecutionId> next(int atMost, Collection<ExecutionId> passedOver, Set<Ability> able, boolean room) {
        return jdbc
                .sql(OF_ABLE + """
                        select id from line where id <> all(cast(:not as text[])) order by position limit :most
                        """)
                .param("not", passedOver.stream().map(ExecutionId::value).toArray(String[]::new))
                .param("able", Ability.words(able))
                .param("room", room)
                .param("most", atMost)
                .query(String.class)
                .list()
                .stream()
                .map(ExecutionId::new)
                .toList();
    }

    /**
     * Counts of all unfinished executions.
     *
     * @param unable those waiting for an ability that no running worker has
     * @param oldest how long the oldest execution that waits only for a slot has waited; zero when there is none
     */
    public record Standing(long waiting, long running, long unable, Duration oldest) {}

    /** The counts now. */
    public Standing standing() {
        return jdbc.sql(OF_ALL + """
                        select count(*) filter (where not runs) as waiting, count(*) filter (where runs) as running,
                               count(*) filter (where not runs and id not in (select id from waiting)) as unable,
                               coalesce(extract(epoch from now() - min(came) filter (where id in (select id from waiting))), 0) as seconds
                          from open
                        """)
                .query((row, number) -> new Standing(
                        row.getLong("waiting"), row.getLong("running"), row.getLong("unable"), Duration.ofMillis((long)
                                (Math.max(row.getDouble("seconds"), 0) * 1000))))
                .single();
    }

    /** The execution's position in the queue, from 1; empty when it does not wait or no running worker can do it. */
    public OptionalInt position(ExecutionId id) {
        return jdbc.sql(OF_ALL + "select position from line where id = :id")
                .param("id", id.value())
                .query(Integer.class)
                .optional()
                .map(OptionalInt::of)
                .orElseGet(OptionalInt::empty);
    }

    /** Whether any worker is running. */
    public boolean isServed() {
        return jdbc.sql("select exists (select from live_worker)")
                .query(Boolean.class)
                .single();
    }

    /**
     * An additional column, beside those of an execution e: whether it waits for a worker, be it the first or one that
     * continues after another was lost. Cancels are left out: they end soon, with a worker or without.
     */
    public static final String WAITS = """
            , e.finished_at is null and e.status <> 'CANCELLING' and hashtextextended(e.template_id, 0) not in (
                  select l.classid::bigint << 32 | l.objid::bigint from pg_locks l
                   where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
                     and l.database = (select oid from pg_database where datname = current_database())) as waits
            """;

    /** Additional columns, beside those of an execution e, that {@link #waitsFor} reads. */
    public static final String UNMET = """
            , case when e.needed_in = e.status then unmet_needs(e.needs) end as unmet,
            case when e.needed_in = e.status then live_workers() end as workers
            """;

    /** Names of the abilities that this row's execution waits for and no running worker has; usually empty. */
    public static List<String> waitsFor(ResultSet row) throws SQLException {
        var unmet = row.getArray("unmet");
        return unmet == null ? List.of() : List.of((String[]) unmet.getArray());
    }

    /** What the execution waits for, as a message for people; the row's own message when it waits for no ability. */
    public static String message(ResultSet row) throws SQLException {
        var needs = waitsFor(row);
        if (needs.isEmpty()) {
            return row.getString("message");
        }
        var workers = row.getLong("workers");
        return "waits for a worker that can " + Ability.told(needs) + "; "
                + (workers == 0 ? "no worker is there" : "none of the " + workers + " that are there can");
    }

    /**
     * The basis of an estimate: live slots, the usual duration, and how long the running executions have taken so far.
     */
    record Pace(int slots, double usualSeconds, List<Double> runningSeconds) {

        /** In how many seconds the execution at a position gets a slot, if all take as long as usual. */
        double startsIn(int position) {
            var free = new PriorityQueue<Double>();
            for (var slot = 0; slot < slots; slot++) {
                free.add(slot < runningSeconds.size() ? Math.max(0, usualSeconds - runningSeconds.get(slot)) : 0.0);
            }
            for (var before = 1; before < position; before++) {
                free.add(Objects.requireNonNull(free.poll()) + usualSeconds);
            }
            return Objects.requireNonNull(free.peek());
        }
    }

    /**
     * Estimates when the execution at a position will be claimed, from the last fifty that ended and from the lock
     * sessions of the workers' slots, which are open as long as the slots exist. Empty when there is no slot, or
     * nothing has ended yet.
     */
    public Optional<Duration> startsIn(int position) {
        return jdbc.sql("""
                        with ended as (
                            select extract(epoch from e.finished_at - v.at) as seconds
                              from (select id, finished_at from execution where finished_at is not null
                                     order by finished_at desc limit 50) e
                              cross join lateral (select min(at) as at from execution_event
                                                   where execution_id = e.id and attempt > 0) v),
                        slot as (
                            select (select extract(epoch from now() - max(x.at))
                                      from execution e join execution_event x on x.execution_id = e.id
                                     where e.finished_at is null and (x.rings or x.from_status = 'PREPARING')
                                       and hashtextextended(e.template_id, 0) = l.classid::bigint << 32 | l.objid::bigint)
                                   as seconds
                              from pg_stat_activity s
                              left join pg_locks l on l.pid = s.pid and l.locktype = 'advisory' and l.objsubid = 1
                             where s.datname = current_database() and s.application_name = 'kiln-lock')
                        select (select count(*) from slot) as slots, (select avg(seconds) from ended) as usual,
                               array(select seconds::float8 from slot where seconds is not null) as running
                        """)
                .query((row, number) -> new Pace(row.getInt("slots"), row.getDouble("usual"), List.of((Double[])
                        row.getArray("running").getArray())))
                .optional()
                .filter(pace -> pace.slots() > 0 && pace.usualSeconds() > 0)
                .map(pace -> Duration.ofMillis((long) (pace.startsIn(position) * 1000)));
    }
}
