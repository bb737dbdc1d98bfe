package dev.kiln.bench.growth;

import dev.kiln.bench.Surroundings;
import dev.kiln.bench.system.DatabaseServer;
import dev.kiln.bench.system.DatabaseServer.Database;
import java.util.List;

/** Artificial histories: rows as executions leave them. */
final class PastExecutions {

    /** The size of the history that the others are compared with. */
    static final int COMPARED = 1000;

    /** The size of the longest history, which takes long to make. */
    static final int LARGE = 1_000_000;

    /** Shown instead of the longest history when it was not requested. */
    static final String MISSING = "only with --large";

    private static final String EVENTS = """
            insert into execution_event (execution_id, template_id, account_id, sequence, from_status, to_status, attempt,
                                         message, at, published_at)
            select e.id, e.template_id, e.account_id, s.sequence, s.before, coalesce(s.after, e.status),
                   least(s.sequence - 1, 1), 'as it was', e.created_at, e.created_at
              from execution e
             cross join (values (1, null, 'PREPARING'), (2, 'PREPARING', 'BUILDING'), (3, 'BUILDING', 'DISTRIBUTING'),
                                (4, 'DISTRIBUTING', 'RELEASING'), (5, 'RELEASING', null)) s (sequence, before, after)
            """;

    private static final String IMAGES = """
            insert into image_copy (id, account_id, region_id, execution_id, name, state, digest, bytes, bytes_done,
                                    created_at, modified_at)
            select image_id, account_id, region_id, id, 'of the past', 'COPIED', 'sha256:' || repeat(md5(id), 2), 1000000,
                   1000000, created_at, created_at
              from execution where status = 'SUCCESS'
            """;

    /** Their text is in a region by then. */
    private static final String LOGS = """
            insert into moved_log (execution_id, region_id, digest, log_end)
            select id, region_id, 'sha256:' || repeat(md5(id), 2), 1000 from execution
            """;

    private PastExecutions() {}

    /** The sizes of the histories of a run. */
    static List<Integer> sizes(Surroundings.Size size) {
        return size.large() ? List.of(10, COMPARED, 100_000, LARGE) : List.of(10, COMPARED, 100_000);
    }

    /**
     * Adds executions for all existing templates, with their events, images and logs, which ended a minute apart, every
     * twentieth with a failure: so that with a thousand executions, as with more, a page of failures is full. Counts
     * them itself: in one transaction the counting trigger would read all versions of its row again for each execution.
     */
    static void fill(Database database, int wanted) {
        var jdbc = DatabaseServer.jdbc(database);
        jdbc.sql("alter table execution disable trigger user").update();
        jdbc.sql("""
                with every as (
                    select id, account_id, region_id,
                           row_number() over (order by id) - 1 as place, count(*) over () as templates
                      from template),
                made as (
                    insert into execution (id, template_id, account_id, region_id, image_id, status, outcome, attempt, worker,
                                           version, created_at, modified_at, finished_at)
                    select 'exec-' || substr(md5(number::text), 1, 20), t.id, t.account_id, t.region_id,
                           'm-' || substr(md5(number::text), 1, 20), ended, ended, 1, 'worker-1', 5, at, at, at
                      from generate_series(1, :last) number
                      join every t on t.place = number % t.templates
                     cross join lateral (select now() - interval '10 years' + number * interval '1 minute' as at,
                                                case when number % 20 = 0 then 'FAILED' else 'SUCCESS' end as ended) e
                    returning template_id, status)
                insert into execution_count (template_id, final_status, executions)
                select template_id, status, count(*) from made group by template_id, status
                on conflict (template_id, final_status)
                    do update set executions = execution_count.executions + excluded.executions
                """).param("last", wanted).update();
        jdbc.sql("alter table execution enable trigger user").update();
        jdbc.sql("alter table execution_event disable trigger user").update();
        jdbc.sql(EVENTS).update();
        jdbc.sql("alter table execution_event enable trigger user").update();
        jdbc.sql(IMAGES).update();
        jdbc.sql(LOGS).update();
        // As autovacuum would do sooner or later.
        for (var table : List.of("execution", "execution_event", "image_copy", "moved_log")) {
            jdbc.sql("vacuum analyze " + table).update();
        }
    }
}
