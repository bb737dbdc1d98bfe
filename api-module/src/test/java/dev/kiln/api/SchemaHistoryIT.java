package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.database.OwnMigrations;
import dev.kiln.database.SchemaHistory;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a process need not ask Flyway. */
class SchemaHistoryIT {

    private static final OwnMigrations OWN = OwnMigrations.at(OwnMigrations.LOCATION);

    @Test
    void aDatabaseThatFlywayHasMigratedHasTheMigrationsThatThisProcessKnows() {
        assertThat(isCurrent(TestServers.freshDatabase())).isTrue();
    }

    @Test
    void aDatabaseWithoutAHistoryHasNot() {
        assertThat(isCurrent(TestServers.emptyDatabase())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update flyway_schema_history set checksum = checksum + 1 where version = '2'",
                "update flyway_schema_history set success = false where version = '2'",
                "update flyway_schema_history set version = '2.1' where version = '2'",
                "update flyway_schema_history set version = null where version = '2'",
                "delete from flyway_schema_history where version = (select max(version::int)::text from flyway_schema_history)",
                "delete from flyway_schema_history where version = '2'",
            })
    void neitherHasOneWithAnotherHistory(String change) {
        var database = TestServers.freshDatabase();
        assertThat(database.client().sql(change).update()).isOne();

        assertThat(isCurrent(database)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNewerMigrationIsNoneOfItsBusinessUnlessItFailed(boolean succeeded) {
        var database = TestServers.freshDatabase();
        database.client().sql("""
                insert into flyway_schema_history
                       (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                select max(installed_rank) + 1, '900', 'newer', 'SQL', 'V900__newer.sql', 1, 'kiln', 1, :succeeded
                  from flyway_schema_history
                """).param("succeeded", succeeded).update();

        assertThat(isCurrent(database)).isEqualTo(succeeded);
    }

    private static boolean isCurrent(TestDatabase database) {
        return new SchemaHistory(database.dataSource()).isOf(OWN);
    }
}
