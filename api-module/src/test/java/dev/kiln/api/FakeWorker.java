package dev.kiln.api;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Writes what a worker would write, for tests that watch. */
final class FakeWorker {

    private static final int CHUNK = 1 << 15;

    // As with a worker, a session holds the locks of the templates that are worked on.
    private static final Map<TestDatabase, Connection> SESSIONS = new ConcurrentHashMap<>();

    private final ApiServer server;
    private final Set<String> held = new HashSet<>();

    FakeWorker(ApiServer server) {
        this.server = server;
    }

    /** A change of status, with its event; it has the execution until that has ended. */
    void moves(String execution, String status) {
        if (held.add(execution)) {
            lock("pg_advisory_lock", execution);
        }
        server.jdbc().sql("""
                with before as (select status from execution where id = :id),
                moved as (
                    update execution
                       set status = :status, attempt = greatest(attempt, 1), version = version + 1, modified_at = now(),
                           outcome = case when :status in ('RELEASING', 'PARTITION_SUCCESS') then 'SUCCESS' else outcome end,
                           finished_at = case when :status in ('SUCCESS', 'PARTITION_SUCCESS', 'FAILED', 'CANCELLED') then now() end
                     where id = :id returning *)
                insert into execution_event
                       (execution_id, template_id, account_id, sequence, from_status, to_status, attempt, published_at)
                select m.id, m.template_id, m.account_id, m.version, b.status, m.status, m.attempt, now() from moved m, before b
                """).param("status", status).param("id", execution).update();
        if (ExecutionStatus.valueOf(status).isFinal()) {
            isLost(execution);
        }
    }

    /** It has the execution no longer. */
    void isLost(String execution) {
        held.remove(execution);
        lock("pg_advisory_unlock", execution);
    }

    private void lock(String function, String execution) {
        var session = SESSIONS.computeIfAbsent(server.database(), FakeWorker::session);
        try (var statement = session.prepareStatement(
                "select " + function + "(hashtextextended(template_id, 0)) from execution where id = ?")) {
            statement.setString(1, execution);
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Connection session(TestDatabase database) {
        try {
            return database.dataSource().getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void fails(String execution, String info) {
        server.jdbc()
                .sql("update execution set outcome = 'FAILED', error_code = 'BuildCommand.Failed', error_info = :info"
                        + " where id = :id")
                .param("info", info)
                .param("id", execution)
                .update();
        server.jdbc()
                .sql(
                        "insert into build_step (execution_id, number, attempt, exit_code, log_end) values (:id, 1, 1, 2, 0)")
                .param("id", execution)
                .update();
        moves(execution, "RELEASING");
        moves(execution, "FAILED");
    }

    /** More output. */
    void prints(String execution, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += CHUNK) {
            server.jdbc()
                    .sql("""
                    insert into build_log_chunk (execution_id, first_byte, content, attempt)
                    select :id, coalesce(max(first_byte + length(content)), 0), :text, 1
                      from build_log_chunk where execution_id = :id
                    """)
                    .param("id", execution)
                    .param("text", java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + CHUNK)))
                    .update();
        }
    }

    void begins(String execution, int step, String command) {
        mark(execution, "STARTED", step, "[" + step + "/3] " + command + "\n", command);
    }

    void ends(String execution, int step) {
        mark(execution, "FINISHED", step, "[" + step + "/3] done in 1.50 s\n", "");
    }

    private void mark(String execution, String kind, int step, String line, String text) {
        server.jdbc()
                .sql("""
                insert into build_log_mark
                       (execution_id, first_byte, end_byte, kind, stage, step, steps, millis, text, attempt)
                select :id, l.log_end, l.log_end + :length, :kind, 'BUILDING', :step, 3, 1500, :text, 1
                  from (select coalesce(max(first_byte + length(content)), 0) as log_end
                          from build_log_chunk where execution_id = :id) l
                """)
                .param("id", execution)
                .param("length", line.getBytes(StandardCharsets.UTF_8).length)
                .param("kind", kind)
                .param("step", step)
                .param("text", text)
                .update();
        prints(execution, line);
    }

    /** The row of a copy, made or changed. */
    void copies(String execution, String region, String state, int bytesDone) {
        server.jdbc()
                .sql("""
                insert into image_copy (id, account_id, region_id, execution_id, name, state, attempts, bytes, bytes_done,
                                        digest, error_code, error_info)
                select case :region when region_id then image_id else 'm-' || substr(md5(:id || :region), 1, 20) end, account_id, :region, id, 'image', :state, 1, 100, :done,
                       'sha256:' || repeat('0', 64), case when :state = 'FAILED' then 'Region.Away' else '' end,
                       case when :state = 'FAILED' then 'the region did not answer' else '' end
                  from execution where id = :id
                on conflict (execution_id, region_id) where execution_id is not null do update
                   set state = excluded.state, bytes_done = excluded.bytes_done, error_code = excluded.error_code,
                       error_info = excluded.error_info
                """)
                .param("id", execution)
                .param("region", region)
                .param("state", state)
                .param("done", bytesDone)
                .update();
    }

    /** A history: one in ten failed. */
    void hasRun(String template, int times) {
        server.jdbc().sql("""
                insert into execution (id, template_id, account_id, region_id, image_id, status, outcome, created_at, finished_at)
                select 'exec-' || substr(md5(t.id || n), 1, 20), t.id, t.account_id, t.region_id,
                       'm-' || substr(md5('i' || t.id || n), 1, 20), case when n % 10 = 0 then 'FAILED' else 'SUCCESS' end,
                       'SUCCESS', now() - make_interval(mins => n), now() - make_interval(mins => n, secs => - 5 - n % 7)
                  from template t, generate_series(1, :times) n where t.id = :template
                """).param("template", template).param("times", times).update();
    }
}
