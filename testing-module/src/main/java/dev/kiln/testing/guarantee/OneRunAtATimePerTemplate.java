package dev.kiln.testing.guarantee;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The periods in which executions of one template were not final do not overlap. Checked on the history, so that it
 * also finds what the unique index would hide.
 */
public final class OneRunAtATimePerTemplate extends RowGuarantee {

    public OneRunAtATimePerTemplate(JdbcClient jdbc) {
        super(jdbc, """
                with marks as (
                    select template_id, execution_id, id,
                           case when from_status is null or from_status = 'PARTITION_SUCCESS' then 1
                                when to_status in ('SUCCESS', 'PARTITION_SUCCESS', 'FAILED', 'TEST_FAILED', 'CANCELLED') then -1
                                else 0 end as change
                      from execution_event),
                running as (
                    select template_id, execution_id,
                           sum(change) over (partition by template_id order by id) as at_once
                      from marks)
                select 'template ' || template_id || ' had ' || at_once || ' executions at once when ' || execution_id || ' began'
                  from running where at_once > 1
                """);
    }
}
