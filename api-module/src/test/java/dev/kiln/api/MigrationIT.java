package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import dev.kiln.testing.guarantee.EveryEndIsCounted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API migrates at its start, or refuses to start. */
class MigrationIT {

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
    void anApiThatIsTooOldForTheDatabaseRefusesToStart() {
        start(Map.of());
        var contract = "update schema_contract set oldest_migration = '900'";
        database.client().sql(contract).update();

        assertThatThrownBy(() -> start(Map.of())).rootCause().hasMessageContaining("know migration 900");
    }

    @Test
    void executionsThatEndedBeforeAreCounted() {
        Flyway.configure()
                .dataSource(database.url(), database.user(), database.password())
                .locations("classpath:db/migration")
                .target("10")
                .load()
                .migrate();
        database.client().sql("""
                with owner as (insert into account (id, name) values (1, 'owner') returning id),
                made as (
                    insert into template (id, account_id, region_id, name, base_image_type, base_image)
                    select 'ip-' || repeat('0', 20), id, 'cn-hangzhou', 'before', 'IMAGE', 'm-0' from owner returning *)
                insert into execution (id, template_id, account_id, region_id, image_id, status, finished_at)
                select 'exec-' || repeat(n::text, 20), id, account_id, region_id, 'm-0',
                       (array['SUCCESS', 'SUCCESS', 'FAILED', 'PREPARING'])[n], case when n < 4 then now() end
                  from made, generate_series(1, 4) n
                """).update();

        start(Map.of());

        assertThat(database.client()
                        .sql("select final_status || ' ' || executions from execution_count order by 1")
                        .query(String.class)
                        .list())
                .containsExactly("FAILED 1", "SUCCESS 2");
        assertThat(new EveryEndIsCounted(database.client()).violations()).isEmpty();
    }

    private void start(Map<String, String> more) {
        ApiServer.start(database, directory, more).close();
    }
}
