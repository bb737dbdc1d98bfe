package dev.kiln.testing.guarantee;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Every execution has reached a final status. */
public final class EveryStartedExecutionEnds extends RowGuarantee {

    public EveryStartedExecutionEnds(JdbcClient jdbc) {
        super(jdbc, "select id || ' is still ' || status from execution where finished_at is null");
    }
}
