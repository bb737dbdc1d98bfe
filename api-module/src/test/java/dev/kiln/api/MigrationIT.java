package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kiln.testing.OwnThreads;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import dev.kiln.testing.guarantee.EveryEndIsCounted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API migrates at its start, or refuses to start. */
class MigrationIT {

    private static final Duration LONG = Duration.ofMinutes(1);

    private static final String HELD =
            "exists (select from pg_locks where locktype = 'advisory' and objid = 7 and not granted)";

    /** Flyway tries to have its lock every second, and does not let the database wait. */
    private static final String ASKED_IN_VAIN = """
            exists (select from pg_stat_activity s
                    where datname = current_database() and query like 'SELECT pg_try_advisory%'
                      and not exists (select from pg_locks l
                                      where l.pid = s.pid and locktype = 'advisory' and granted))
            """;

    private final TestDatabase database = TestServers.emptyDatabase();

    @TempDir
    private Path directory;

    @Test
    void aMigrationMayTakeLongerThanARequest() throws IOException {
        Files.writeString(directory.resolve("V900__limits.sql"), """
                create table limits as select current_setting('statement_timeout') as statement,
                                              current_setting('lock_timeout') as lock;
                """);

        start(Map.of("spring.flyway.locations", "classpath:db/migration,filesystem:" + directory));

        assertThat(database.client().sql("select * from limits").query().singleRow())
                .containsEntry("statement", "0")
                .containsEntry("lock", "5s");
    }

    @Test
    void migrationsOfTheOperatorAreDoneWhereNoneOfKilnsIsLacking() throws IOException {
        start(Map.of());
        Files.writeString(directory.resolve("V900__more.sql"), "create table more (id bigint);");

        start(Map.of("spring.flyway.locations", "classpath:db/migration,filesystem:" + directory));

        assertThat(database.client().sql("select * from more").query().listOfRows())
                .isEmpty();
    }

    @Test
    void anApiThatStartsWhileAnotherMigratesWaitsUntilItHasAndStarts() throws Exception {
        Files.writeString(directory.resolve("V900__held.sql"), """
                set local lock_timeout = 0;
                select pg_advisory_xact_lock(7);
                create table held (id bigint);
                """);
        var more = Map.of("spring.flyway.locations", "classpath:db/migration,filesystem:" + directory);
        try (var holder = database.dataSource().getConnection();
                var statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(7)");
            var first = CompletableFuture.runAsync(() -> start(more), OwnThreads.EACH);
            await().atMost(LONG).until(() -> first.isDone() || is(HELD));
            var second = CompletableFuture.runAsync(() -> start(more), OwnThreads.EACH);
            await().atMost(LONG).until(() -> second.isDone() || is(ASKED_IN_VAIN));
            assertThat(first).isNotDone();
            assertThat(second).isNotDone();

            statement.execute("select pg_advisory_unlock(7)");

            assertThat(first).succeedsWithin(LONG);
            assertThat(second).succeedsWithin(LONG);
        }
    }

    private boolean is(String condition) {
        return database.client().sql("select " + condition).query(Boolean.class).single();
    }

    @Test
    void anApiThatIsTooOldForTheDatabaseRefusesToStart() {
        start(Map.of());
        var contract = "update schema_contract set oldest_migration = '900'";
        database.client().sql(contract).update();

        assertThatThrownBy(() -> start(Map.of())).rootCause().hasMessageContaining("know migration 900");
    }

    @Test
    void executionsThatEndedBeforeAreCounted() {
        migrateTo("10");
        addExecutions("SUCCESS", "SUCCESS", "FAILED", "PREPARING");

        start(Map.of());

        assertThat(database.client()
                        .sql("select final_status || ' ' || executions from execution_count order by 1")
                        .query(String.class)
                        .list())
                .containsExactly("FAILED 1", "SUCCESS 2");
        assertThat(new EveryEndIsCounted(database.client()).violations()).isEmpty();
    }

    @Test
    void anImageWhoseTestFailedBeforeIsDeprecatedAndNoOtherIs() {
        migrateTo("37");
        addExecutions("SUCCESS", "TEST_FAILED", "PARTITION_SUCCESS", "PREPARING");
        database.client().sql("""
                insert into image_copy (id, account_id, region_id, execution_id, name, state, digest, bytes)
                select 'm-' || substr(e.id, 6, 1), account_id, region_id, e.id, 'made', 'COPIED',
                       'sha256:' || repeat('0', 64), 1
                  from execution e
                """).update();

        start(Map.of());

        assertThat(database.client()
                        .sql("select id from image_copy where deprecated")
                        .query(String.class)
                        .list())
                .containsExactly("m-2");
    }

    private void migrateTo(String version) {
        Flyway.configure()
                .dataSource(database.url(), database.user(), database.password())
                .locations("classpath:db/migration")
                .target(version)
                .load()
                .migrate();
    }

    /** Executions of a template, one in each status; those in PREPARING have not ended. */
    private void addExecutions(String... statuses) {
        database.client().sql("""
                with owner as (insert into account (id, name) values (1, 'owner') returning id),
                made as (
                    insert into template (id, account_id, region_id, name, base_image_type, base_image)
                    select 'ip-' || repeat('0', 20), id, 'cn-hangzhou', 'before', 'IMAGE', 'm-0' from owner returning *)
                insert into execution (id, template_id, account_id, region_id, image_id, status, finished_at)
                select 'exec-' || repeat(n::text, 20), id, account_id, region_id, 'm-0', status,
                       case when status <> 'PREPARING' then now() end
                  from made, unnest(cast(:statuses as text[])) with ordinality as given(status, n)
                """).param("statuses", statuses).update();
    }

    private void start(Map<String, String> more) {
        ApiServer.start(database, directory, more).close();
    }
}
