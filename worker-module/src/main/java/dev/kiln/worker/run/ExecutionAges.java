package dev.kiln.worker.run;

import dev.kiln.execution.Attempt;
import java.time.Duration;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long executions and their present stages have taken, over all attempts, by the database's clock. */
final class ExecutionAges {

    private final JdbcClient jdbc;

    ExecutionAges(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The age of an execution and of its present stage.
     *
     * @param stage since the event that began the stage; 0 when that event also began a wait for a worker, or the stage
     *     waited for a worker with the right abilities: waiting does not count
     * @param execution since its start, or since the retry of its failed targets
     */
    record Age(Duration stage, Duration execution) {}

    /** Empty when the execution is gone. A first attempt needs no query: only waiting came before it. */
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
