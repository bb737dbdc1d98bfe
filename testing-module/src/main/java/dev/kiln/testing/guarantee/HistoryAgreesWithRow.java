package dev.kiln.testing.guarantee;

import org.springframework.jdbc.core.simple.JdbcClient;

/** The newest event of each execution agrees with its row, and the row counts as many events as exist. */
public final class HistoryAgreesWithRow extends RowGuarantee {

    public HistoryAgreesWithRow(JdbcClient jdbc) {
        super(jdbc, """
                select e.id || ' is ' || e.status || ' version ' || e.version || ', its history says '
                       || coalesce(v.to_status || ' ' || v.sequence, 'nothing')
                  from execution e
                  left join lateral (select to_status, sequence from execution_event
                                      where execution_id = e.id order by sequence desc limit 1) v on true
                 where v.to_status is distinct from e.status or v.sequence is distinct from e.version
                """);
    }
}
