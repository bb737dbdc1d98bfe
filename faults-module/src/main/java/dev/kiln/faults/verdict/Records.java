package dev.kiln.faults.verdict;

import dev.kiln.execution.Failure;
import dev.kiln.faults.load.Recipe;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The database's records after a run. */
public final class Records {

    private static final String EXECUTION = """
            select id, template_id, image_id, status, error_code, error_info, created_at, finished_at from execution
            """;

    private final JdbcClient jdbc;

    public Records(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An execution's row.
     *
     * @param image its image in the region of its template, which may not exist
     */
    public record Execution(
            String id,
            String template,
            String image,
            String status,
            Failure failure,
            Instant created,
            @Nullable Instant finished) {

        /** Whether it ended like this. */
        public boolean endedIn(Recipe.End end) {
            return end.is(status, failure.code(), failure.info());
        }

        /** Its status, and its failure if there is one, for a sentence. */
        public String end() {
            return failure.code().isEmpty() ? status : status + " " + failure.code() + " " + failure.info();
        }
    }

    /** An event of an execution's history. */
    public record Event(String execution, String to, Instant at) {}

    /** A complete image of an execution. */
    record Copy(String image, String region, String template, String digest) {}

    public List<Execution> executions() {
        return jdbc.sql(EXECUTION + " order by created_at")
                .query((row, number) -> execution(row))
                .list();
    }

    /** The execution with this id, if there is one. */
    public Optional<Execution> execution(String id) {
        return jdbc.sql(EXECUTION + " where id = :id")
                .param("id", id)
                .query((row, number) -> execution(row))
                .optional();
    }

    private static Execution execution(ResultSet row) throws SQLException {
        return new Execution(
                row.getString("id"),
                row.getString("template_id"),
                row.getString("image_id"),
                row.getString("status"),
                new Failure(row.getString("error_code"), row.getString("error_info")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row.getObject("finished_at", OffsetDateTime.class)));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    public List<Event> events() {
        return jdbc.sql("select execution_id, to_status, at from execution_event order by id")
                .query((row, number) -> new Event(
                        row.getString(1),
                        row.getString(2),
                        row.getObject(3, OffsetDateTime.class).toInstant()))
                .list();
    }

    List<Copy> copies() {
        return jdbc.sql("""
                        select c.id, c.region_id, e.template_id, c.digest
                          from image_copy c join execution e on e.id = c.execution_id where c.state = 'COPIED'
                        """)
                .query((row, number) ->
                        new Copy(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
                .list();
    }

    /** The number of executions by status. */
    public Map<String, Integer> statuses() {
        var statuses = new HashMap<String, Integer>();
        executions().forEach(execution -> statuses.merge(execution.status(), 1, Integer::sum));
        return statuses;
    }

    /** The executions that can be retried because a region failed. */
    public List<String> partlySuccessful() {
        return jdbc.sql("select id from execution where status = 'PARTITION_SUCCESS'")
                .query(String.class)
                .list();
    }

    /** The number of executions that are not final. */
    public int unfinished() {
        return jdbc.sql("select count(*) from execution where finished_at is null")
                .query(Integer.class)
                .single();
    }

    /** The number of events that no broker has acknowledged. */
    int unpublished() {
        return jdbc.sql("select count(*) from execution_event where published_at is null")
                .query(Integer.class)
                .single();
    }

    /** The digest of the execution's image, the same in every region. */
    public String digestOf(String execution) {
        return jdbc.sql("select digest from image_copy where execution_id = :id and state = 'COPIED' limit 1")
                .param("id", execution)
                .query(String.class)
                .optional()
                .orElse("none");
    }

    /** The client token of the start that created an execution. */
    String tokenOf(String execution) {
        return jdbc.sql("select token from client_token where result_id = :id")
                .param("id", execution)
                .query(String.class)
                .optional()
                .orElse("none");
    }

    /** The state of a copy. */
    public String stateOf(String image) {
        return jdbc.sql("select state from image_copy where id = :id")
                .param("id", image)
                .query(String.class)
                .optional()
                .orElse("gone");
    }

    /** The unfinished executions of a template, with their statuses. */
    public List<String> active(String template) {
        return jdbc.sql("""
                        select id || ' ' || status from execution
                         where template_id = :template and finished_at is null order by created_at
                        """).param("template", template).query(String.class).list();
    }

    /** Waits until every execution is final, for at most this many seconds. */
    public void awaitEnds(long seconds) throws InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (unfinished() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    public String statusOf(String execution) {
        return jdbc.sql("select status from execution where id = :id")
                .param("id", execution)
                .query(String.class)
                .optional()
                .orElse("not there");
    }

    public boolean isFinal(String execution) {
        return jdbc.sql("select finished_at is not null from execution where id = :id")
                .param("id", execution)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }
}
