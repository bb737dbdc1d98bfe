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

    private PastExecutions() {}

    /** The sizes of the histories of a run. */
    static List<Integer> sizes(Surroundings.Size size) {
        return size.large() ? List.of(10, COMPARED, 100_000, LARGE) : List.of(10, COMPARED, 100_000);
    }

    /**
     * Adds executions for all existing templates, which ended a minute apart, every twentieth with a failure: so that
     * with a thousand executions, as with more, a page of failures is full. Counts them itself: in one transaction the
     * counting trigger would read all versions of its row again for each execution.
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
                           'm-' || substr(md5(number::text), 1, 20), ended, ended, 1, 'worker-1', 6, at, at, at
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
        // As autovacuum would do sooner or later.
        jdbc.sql("vacuum analyze execution").update();
    }
}
