package dev.kiln.testing.guarantee;

import org.springframework.jdbc.core.simple.JdbcClient;

/** The totals of a template's history agree with the rows of its executions. */
public final class EveryEndIsCounted extends RowGuarantee {

    public EveryEndIsCounted(JdbcClient jdbc) {
        super(jdbc, """
                select template_id || ' has ' || coalesce(r.executions, 0) || ' executions that ended as '
                       || final_status || ', ' || coalesce(c.executions, 0) || ' are counted'
                  from execution_count c
                  full join (select template_id, status as final_status, count(*) as executions
                               from execution where finished_at is not null group by template_id, status) r
                       using (template_id, final_status)
                 where coalesce(r.executions, 0) <> coalesce(c.executions, 0)
                """);
    }
}
