package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.template.TemplateId;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An execution costs the database the same, however much has been built before it. */
@Timeout(180)
class LongHistoryIT {

    private static final int ENDED = 20_000;

    // So that statements which are planned anew at first come to their lasting plans.
    private static final int EXECUTIONS = 10;

    // Looks at the queue and at the rows are timed: two counts of the same work differ by so much.
    private static final int WHIMS = 10 * EXECUTIONS;

    @Test
    void anExecutionReadsNoRowsOfThoseBeforeIt() throws Exception {
        Map<String, Long> afterOne;
        try (var rig = new Rig()) {
            var template = rig.template("");
            run(rig, template, 1);
            // As the planner decides where tables are long.
            set(rig, "enable_seqscan = off");
            afterOne = readByMore(rig, template);
        }
        try (var rig = new Rig()) {
            var template = rig.template("");
            fill(rig, template);

            var afterMany = readByMore(rig, template);

            assertThat(afterMany.get("image_copy")).isGreaterThanOrEqualTo(EXECUTIONS);
            assertThat(afterMany)
                    .allSatisfy((table, rows) -> assertThat(rows)
                            .as("rows of %s that %d executions read", table, EXECUTIONS)
                            .isLessThanOrEqualTo(afterOne.getOrDefault(table, 0L) + WHIMS));
        }
    }

    private static ExecutionId run(Rig rig, TemplateId template, int times) {
        var worker = rig.worker(new GatedEngine(), 1);
        ExecutionId last = null;
        for (var number = 0; number < times; number++) {
            // A slot that has ended the one before, and found nobody in line, is not yet free for a moment.
            Awaitility.await().until(() -> worker.free() == 1);
            last = rig.start(template);
            worker.ring();
            rig.await(last, ExecutionStatus.SUCCESS);
        }
        worker.close();
        return Objects.requireNonNull(last);
    }

    private static Map<String, Long> readByMore(Rig rig, TemplateId template) {
        // As workers' sessions are: all statements have one plan, whatever they are given.
        set(rig, "plan_cache_mode = force_generic_plan");
        // As autovacuum does sooner or later.
        rig.jdbc.sql("analyze").update();
        var before = read(rig);
        run(rig, template, EXECUTIONS);
        var after = read(rig);
        after.replaceAll((table, rows) -> rows - before.getOrDefault(table, 0L));
        return after;
    }

    private static void set(Rig rig, String setting) {
        rig.jdbc
                .sql("do $$ begin execute 'alter database ' || current_database() || ' set " + setting + "'; end $$")
                .update();
    }

    /** One execution, and copies of all that it leaves. */
    private static void fill(Rig rig, TemplateId template) {
        var before = sizes(rig);
        var model = run(rig, template, 1);
        var left = sizes(rig);
        left.entrySet().removeIf(table -> table.getValue().equals(before.get(table.getKey())));

        // The trigger that counts a template's executions would read its row's old versions again for each.
        rig.jdbc.sql("alter table execution disable trigger user").update();
        repeatAll(rig, model);
        rig.jdbc
                .sql("update execution_count set executions = executions + :ended")
                .param("ended", ENDED)
                .update();
        rig.jdbc.sql("alter table execution enable trigger user").update();

        // A row for each template and status.
        left.remove("execution_count");
        var filled = sizes(rig);
        assertThat(left.keySet())
                .contains("execution", "image_share", "build_log_chunk")
                .allSatisfy(table ->
                        assertThat(filled.get(table)).as("rows of " + table).isGreaterThan(ENDED));
    }

    private static void repeatAll(Rig rig, ExecutionId model) {
        var ended = "now() - number * interval '1 minute'";
        repeat(rig, model, "execution where id = :model", """
                'id', 'exec-' || %s, 'image_id', 'm-' || %s, 'created_at', %s, 'finished_at', %s
                """.formatted(
                        word("old.id"), word("old.image_id"), ended, ended));
        var execution = "'execution_id', 'exec-' || " + word("old.execution_id");
        repeat(
                rig,
                model,
                "execution_event where execution_id = :model",
                "'id', -1000 * number - old.id, 'published_at', now(), " + execution);
        repeat(
                rig,
                model,
                "image_copy where execution_id = :model",
                "'id', 'm-' || " + word("old.id") + ", " + execution);
        repeat(
                rig,
                model,
                "image_share where image_id in (select id from image_copy where execution_id = :model)",
                "'image_id', 'm-' || " + word("old.image_id"));
        repeat(rig, model, "build_log_chunk where execution_id = :model", execution);
        repeat(rig, model, "build_log_mark where execution_id = :model", execution);
    }

    private static String word(String id) {
        return "substr(md5(" + id + " || '/' || number), 1, 20)";
    }

    /** Copies the model's rows of a table, with other values in some columns. */
    private static void repeat(Rig rig, ExecutionId model, String rows, String others) {
        var table = rows.substring(0, rows.indexOf(' '));
        var columns =
                rig.jdbc.sql("""
                        select string_agg(column_name, ', ' order by ordinal_position) from information_schema.columns
                         where table_schema = 'public' and table_name = :table and is_generated = 'NEVER'
                        """).param("table", table).query(String.class).single();
        rig.jdbc
                .sql("""
                        with model as (select * from %s),
                        made as (
                            select made.* from model old cross join generate_series(1, :ended) number
                             cross join lateral jsonb_populate_record(null::%s, to_jsonb(old) || jsonb_build_object(%s)) made)
                        insert into %s (%s) overriding system value select %s from made
                        """.formatted(rows, table, others, table, columns, columns))
                .param("ended", ENDED)
                .param("model", model.value())
                .update();
    }

    private static Map<String, Long> sizes(Rig rig) {
        var sizes = new TreeMap<String, Long>();
        for (var table : rig.jdbc
                .sql("select relname from pg_stat_user_tables")
                .query(String.class)
                .list()) {
            sizes.put(
                    table,
                    rig.jdbc
                            .sql("select count(*) from " + table)
                            .query(Long.class)
                            .single());
        }
        return sizes;
    }

    /** How many rows of each table were read so far, by whole reads of it and through its indexes. */
    private static Map<String, Long> read(Rig rig) {
        var outside = JdbcClient.create(rig.database.dataSource());
        // A session tells what it has done at its end at the latest.
        outside.sql("""
                        select count(pg_terminate_backend(pid)) from pg_stat_activity
                         where datname = current_database() and pid <> pg_backend_pid()
                        """).query(Long.class).single();
        Awaitility.await("all other sessions are over")
                .untilAsserted(() ->
                        assertThat(outside.sql("""
                                select count(*) from pg_stat_activity
                                 where datname = current_database() and pid <> pg_backend_pid()
                                """).query(Long.class).single()).isZero());
        var rows = new TreeMap<String, Long>();
        outside.sql("""
                        select relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as rows_read
                          from pg_stat_user_tables
                        """).query(row -> {
            rows.put(row.getString("relname"), row.getLong("rows_read"));
        });
        return rows;
    }
}
