package dev.kiln.api.dashboard;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads how long executions of a template and their stages take. */
@Component
public final class StageTimes {

    private static final int USUAL_OF = 20;

    private final JdbcClient jdbc;

    StageTimes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The seconds that each stage usually takes, by status: the median of the template's last successes before this
     * time.
     */
    Map<String, Double> usual(String template, Instant before) {
        var usual = new HashMap<String, Double>();
        jdbc.sql("""
                with last as (
                    select id from execution
                     where template_id || ' ' || final_status = :template || ' SUCCESS' and final_status is not null
                       and created_at < :before
                     order by created_at desc, id desc limit :of),
                moved as (
                    select v.execution_id, v.to_status,
                           lead(v.at) over (partition by v.execution_id order by v.sequence) - v.at as took
                      from last join execution_event v on v.execution_id = last.id),
                spent as (
                    select to_status, extract(epoch from sum(took)) as seconds from moved
                     where took is not null group by execution_id, to_status)
                select to_status, percentile_cont(0.5) within group (order by seconds) as usual from spent group by to_status
                """)
                .param("template", template)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .param("of", USUAL_OF)
                .query(row -> {
                    usual.put(row.getString("to_status"), row.getDouble("usual"));
                });
        return usual;
    }

    /** An execution that has ended, and how. */
    public record Ended(String id, String status, double seconds, Instant at) {}

    /** The template's last executions, oldest first. */
    List<Ended> last(String template, int most) {
        return jdbc.sql("""
                select * from (
                    select id, status, extract(epoch from finished_at - created_at) as seconds, finished_at, created_at
                      from execution where template_id = :template and finished_at is not null
                     order by created_at desc, id desc limit :most) e
                 order by created_at, id
                """)
                .param("template", template)
                .param("most", most)
                .query((row, number) -> new Ended(
                        row.getString("id"),
                        row.getString("status"),
                        row.getDouble("seconds"),
                        row.getObject("finished_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** How many executions of the template ended in each status. */
    Map<String, Integer> counts(String template) {
        var counts = new HashMap<String, Integer>();
        jdbc.sql(
                        "select final_status, executions from execution_count where template_id = :template and executions > 0")
                .param("template", template)
                .query(row -> {
                    counts.put(row.getString("final_status"), row.getInt("executions"));
                });
        return counts;
    }
}
