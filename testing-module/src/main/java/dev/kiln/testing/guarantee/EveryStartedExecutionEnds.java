package dev.kiln.testing.guarantee;

import org.springframework.jdbc.core.simple.JdbcClient;

/** No execution is left in a status that is not final. */
public final class EveryStartedExecutionEnds extends RowGuarantee {

    public EveryStartedExecutionEnds(JdbcClient jdbc) {
        super(jdbc, "select id || ' is still ' || status from execution where finished_at is null");
    }
}
