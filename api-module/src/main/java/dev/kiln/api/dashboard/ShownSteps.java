package dev.kiln.api.dashboard;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads the steps of a build and its test that have begun, from the marks in the log, and their results. */
@Component
public final class ShownSteps {

    private final JdbcClient jdbc;

    ShownSteps(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A step that has begun; one that was begun again in a later attempt counts as that, and one that such an attempt
     * has still before it does not count.
     *
     * @param logByte where it begins in the log
     * @param exitCode known for finished steps of the build
     */
    public record Step(
            String stage,
            int number,
            int steps,
            String text,
            long logByte,
            Instant began,
            Optional<Long> millis,
            Optional<Integer> exitCode) {}

    List<Step> of(String execution) {
        return jdbc.sql("""
                select distinct on (s.stage, s.step) s.*,
                       (select f.millis from build_log_mark f
                         where f.execution_id = s.execution_id and f.kind = 'FINISHED' and f.stage = s.stage
                           and f.step = s.step and f.first_byte > s.first_byte order by f.first_byte limit 1) as took,
                       case when s.stage = 'BUILDING' then b.exit_code end as exit_code
                  from build_log_mark s
                  left join build_step b on b.execution_id = s.execution_id and b.number = s.step
                 where s.execution_id = :id and s.kind = 'STARTED'
                   and not exists (select from build_log_mark r
                                    where r.execution_id = s.execution_id and r.kind = 'STARTED' and r.stage = s.stage
                                      and r.step < s.step and r.first_byte > s.first_byte)
                 order by s.stage, s.step, s.first_byte desc
                """)
                .param("id", execution)
                .query((row, number) -> new Step(
                        row.getString("stage"),
                        row.getInt("step"),
                        row.getInt("steps"),
                        row.getString("text"),
                        row.getLong("first_byte"),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        Optional.ofNullable(row.getObject("took", Long.class)),
                        Optional.ofNullable(row.getObject("exit_code", Integer.class))))
                .list();
    }
}
