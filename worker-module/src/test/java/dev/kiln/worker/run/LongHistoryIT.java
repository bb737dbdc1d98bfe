package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.template.TemplateId;
import java.util.Map;
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

    @Test
    void anExecutionReadsNoRowsOfThoseBeforeIt() throws Exception {
        try (var rig = new Rig()) {
            var template = rig.template("");
            fill(rig, template);
            var before = read(rig);

            var worker = rig.worker(new GatedEngine(), 1);
            for (var number = 0; number < EXECUTIONS; number++) {
                // A slot that has ended the one before, and found nobody in line, is not yet free for a moment.
                Awaitility.await().until(() -> worker.free() == 1);
                var execution = rig.start(template);
                worker.ring();
                rig.await(execution, ExecutionStatus.SUCCESS);
            }
            worker.close();

            var after = read(rig);
            after.replaceAll((table, rows) -> rows - before.getOrDefault(table, 0L));
            assertThat(after.keySet()).contains("execution", "execution_event", "image_copy");
            assertThat(after)
                    .allSatisfy((table, rows) -> assertThat(rows)
                            .as("rows of %s that %d executions read", table, EXECUTIONS)
                            .isLessThan(ENDED / 10));
        }
    }

    private static void fill(Rig rig, TemplateId template) {
        // The trigger that counts a template's executions would read its row's old versions again for each.
        rig.jdbc.sql("alter table execution disable trigger user").update();
        rig.jdbc
                .sql("""
                        with made as (
                            insert into execution (id, template_id, account_id, region_id, image_id, status, outcome, attempt,
                                                   version, created_at, modified_at, finished_at)
                            select 'exec-' || word, t.id, t.account_id, t.region_id, 'm-' || word, 'SUCCESS',
                                   'SUCCESS', 1, 6, at, at, at
                              from template t, generate_series(1, :ended) number
                             cross join lateral (select now() - number * interval '1 minute' as at,
                                                        substr(md5(number::text), 1, 20) as word) ended
                             where t.id = :template
                            returning id, template_id, account_id, region_id, image_id, created_at),
                        events as (
                            insert into execution_event (execution_id, template_id, account_id, sequence, to_status, attempt,
                                                         message, published_at)
                            select id, template_id, account_id, 6, 'SUCCESS', 1, '', now() from made)
                        insert into image_copy (id, account_id, region_id, execution_id, name, state, digest, bytes, created_at,
                                                metadata)
                        select made.image_id, made.account_id, made.region_id, made.id, 'old', 'COPIED', base.digest, base.bytes,
                               made.created_at, base.metadata
                          from made, image_copy base where base.id = 'm-base'
                        """)
                .param("ended", ENDED)
                .param("template", template.value())
                .update();
        rig.jdbc.sql("alter table execution enable trigger user").update();
        // As workers' sessions are: all statements have one plan, whatever they are given.
        rig.jdbc
                .sql(
                        "do $$ begin execute 'alter database ' || current_database() || ' set plan_cache_mode = force_generic_plan'; end $$")
                .update();
        // As autovacuum does sooner or later.
        rig.jdbc.sql("analyze").update();
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
