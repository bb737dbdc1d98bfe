package dev.kiln.reaper;

import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** When each place was last searched for leftovers, by whom, and what was found on a machine. */
public final class Sweeps {

    private static final TypeReference<List<Finding>> FINDINGS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json = new JsonMapper();

    public Sweeps(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The last sweep of a place. */
    public record Sweep(String place, String worker, long seconds, List<Finding> findings) {}

    /** Takes the turn to search a place, if nobody has searched it for this long; one of many callers gets it. */
    public boolean takeTurn(String place, String worker, Duration every) {
        return jdbc.sql("""
                        insert into sweep (place, worker) values (:place, :worker)
                        on conflict (place) do update set worker = excluded.worker, swept_at = excluded.swept_at
                         where sweep.swept_at <= clock_timestamp() - make_interval(secs => :seconds)
                        """)
                        .param("place", place)
                        .param("worker", worker)
                        .param("seconds", every.toMillis() / 1000.0)
                        .update()
                == 1;
    }

    /** Records what a search found. */
    public void found(String place, String worker, List<Finding> findings) {
        jdbc.sql("""
                        insert into sweep (place, worker, findings) values (:place, :worker, :findings::jsonb)
                        on conflict (place) do update
                           set worker = excluded.worker, swept_at = excluded.swept_at, findings = excluded.findings
                        """)
                .param("place", place)
                .param("worker", worker)
                .param("findings", json.writeValueAsString(findings))
                .update();
    }

    /** The last sweep of each place. */
    public List<Sweep> all() {
        return jdbc.sql("""
                        select place, worker, extract(epoch from clock_timestamp() - swept_at)::bigint as seconds, findings
                          from sweep order by place
                        """)
                .query((row, number) -> new Sweep(
                        row.getString("place"),
                        row.getString("worker"),
                        row.getLong("seconds"),
                        json.readValue(row.getString("findings"), FINDINGS)))
                .list();
    }
}
