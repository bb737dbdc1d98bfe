package dev.kiln.execution;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The running workers and their abilities. */
public final class Workers {

    private static final TypeReference<Map<String, String>> REASONS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json = new JsonMapper();

    public Workers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A worker as it describes itself.
     *
     * @param architecture of its processor
     * @param able names of the abilities that it has
     * @param lacking why it lacks the others
     * @param since when it announced this
     */
    public record Worker(
            String name,
            int slots,
            String architecture,
            List<String> able,
            Map<String, String> lacking,
            Instant since) {}

    /** Stores the announcement of the worker that holds this lock, and removes the rows of workers that are gone. */
    public void announce(long lock, Worker worker) {
        jdbc.sql("""
                        with gone as (
                            delete from worker w
                             where w.lock <> :lock and not exists (select from live_worker l where l.lock = w.lock))
                        insert into worker (lock, name, slots, architecture, able, lacking)
                        values (:lock, :name, :slots, :architecture, :able, cast(:lacking as jsonb))
                        on conflict (lock) do update set announced_at = clock_timestamp()
                        """)
                .param("lock", lock)
                .param("name", worker.name())
                .param("slots", worker.slots())
                .param("architecture", worker.architecture())
                .param("able", worker.able().toArray(String[]::new))
                .param("lacking", json.writeValueAsString(worker.lacking()))
                .update();
    }

    /** The running workers, by name. */
    public List<Worker> present() {
        return jdbc.sql("select * from live_worker order by name, lock")
                .query(this::worker)
                .list();
    }

    private Worker worker(ResultSet row, int number) throws SQLException {
        return new Worker(
                row.getString("name"),
                row.getInt("slots"),
                row.getString("architecture"),
                List.of((String[]) row.getArray("able").getArray()),
                json.readValue(row.getString("lacking"), REASONS),
                row.getObject("announced_at", OffsetDateTime.class).toInstant());
    }
}
