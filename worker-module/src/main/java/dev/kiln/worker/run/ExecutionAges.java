package dev.kiln.worker.run;

import dev.kiln.execution.Attempt;
import java.time.Duration;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How old executions and their present stages are, over all attempts, by the database's clock. */
final class ExecutionAges {

    private final JdbcClient jdbc;

    ExecutionAges(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Two ages.
     *
     * @param stage since the event that began the stage; 0 when that event also began a wait for a worker, or the stage
     *     waited for one that can do it, since waiting is no work
     * @param execution since it was started, or since its failed targets are tried again
     */
    record Age(Duration stage, Duration execution) {}

    /** Empty when the execution is gone. Of a first attempt, to which nothing but waiting came before, all is known. */
    Optional<Age> of(Attempt attempt) {
        if (attempt.number() == 1) {
            return Optional.of(new Age(Duration.ZERO, attempt.age()));
        }
        return jdbc.sql("""
                        select case when s.rings or e.needed_in = e.status then 0 else extract(epoch from clock_timestamp() - s.at) end as stage,
                               extract(epoch from clock_timestamp() - coalesce(
                                   (select max(at) from execution_event
                                     where execution_id = e.id and from_status = 'PARTITION_SUCCESS'), e.created_at)) as whole
                          from execution e
                          cross join lateral (select at, rings from execution_event
                                               where execution_id = e.id order by sequence desc limit 1) s
                         where e.id = :id
                        """)
                .param("id", attempt.execution().value())
                .query((row, number) -> new Age(seconds(row.getDouble("stage")), seconds(row.getDouble("whole"))))
                .optional();
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000));
    }
}
