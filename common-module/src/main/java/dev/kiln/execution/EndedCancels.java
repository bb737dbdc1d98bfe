package dev.kiln.execution;

import java.util.List;
import java.util.Objects;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Ends cancels that no worker ends; existing copies become invisible, and their bytes are removed later. */
public final class EndedCancels {

    /**
     * Condition under which base image {@code c}, imported for execution {@code e}, is removed when the execution ends:
     * it is incomplete, or not to be kept after such an end ({@code :kept}) and not being copied or exported now.
     */
    public static final String IMPORT_GOES = """
            (c.state <> 'COPIED'
             or e.imported_kept not in (:kept)
                and not exists (select from image_copy o
                                 where o.copy_of = c.id and o.state in ('PENDING', 'COPYING'))
                and not exists (select from image_export x
                                 where x.image_id = c.id and x.state in ('PENDING', 'COPYING')))
            """;

    private static final String UNTOUCHED = "attempt = 0";
    private static final String OVERDUE = "cancel_deadline < now()";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public EndedCancels(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Ends the cancels of executions that no worker ever claimed: they made nothing, so no slot is needed to clean up.
     * Returns the ids.
     */
    public List<ExecutionId> ofUntouched() {
        return end(UNTOUCHED, "cancelled while it waited");
    }

    /**
     * Ends every cancel whose deadline has passed. Increments the attempt, so that a worker that wakes up later finds
     * itself superseded. Returns the ids.
     */
    public List<ExecutionId> overdue() {
        return end(OVERDUE, "cancelled at the deadline without an answer of the worker");
    }

    private List<ExecutionId> end(String which, String message) {
        var due = jdbc.sql("select id from execution where finished_at is null and status = 'CANCELLING' and " + which)
                .query(String.class)
                .list()
                .toArray(String[]::new);
        if (due.length == 0) {
            return List.of();
        }
        var ended = transaction.execute(status -> {
            holdImports(due);
            return end(due, which, message);
        });
        return Objects.requireNonNull(ended);
    }

    /**
     * Waits for whoever is just ordering an export or a copy of an imported base, under a lock on it. Only a later
     * statement sees what was ordered: the one that waits has looked before.
     */
    private void holdImports(String[] due) {
        jdbc.sql("""
                        select c.id from execution e join image_copy c on c.id = e.imported_image_id
                         where e.id = any(:due)
                         order by c.id
                           for update of c
                        """).param("due", due).query().listOfRows();
    }

    private List<ExecutionId> end(String[] due, String which, String message) {
        return jdbc
                .sql("""
                        with ended as (
                            update execution
                               set status = 'CANCELLED', attempt = attempt + least(attempt, 1), version = version + 1,
                                   message = :message, modified_at = now(), finished_at = now()
                             where id = any(:due) and finished_at is null and status = 'CANCELLING' and %s
                            returning *),
                        event as (
                            insert into execution_event
                                   (execution_id, template_id, account_id, sequence, from_status, to_status, attempt, message)
                            select id, template_id, account_id, version, 'CANCELLING', status, attempt, message from ended),
                        withdrawn as (
                            update image_copy c set state = 'FAILED', error_code = 'Withdrawn', modified_at = now()
                              from ended e where c.execution_id = e.id),
                        import as (
                            update image_copy c set state = 'FAILED', error_code = 'Deleting', modified_at = now()
                              from ended e where c.id = e.imported_image_id and %s)
                        select id from ended
                        """.formatted(which, IMPORT_GOES))
                .param("due", due)
                .param("message", message)
                .param("kept", "ALWAYS")
                .query(String.class)
                .list()
                .stream()
                .map(ExecutionId::new)
                .toList();
    }
}
