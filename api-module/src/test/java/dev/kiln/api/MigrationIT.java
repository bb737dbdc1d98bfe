package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
    void anApiThatIsTooOldForTheDatabaseRefusesToStart() {
        start(Map.of());
        var contract = "update schema_contract set oldest_migration = '900'";
        database.client().sql(contract).update();

        assertThatThrownBy(() -> start(Map.of())).rootCause().hasMessageContaining("know migration 900");
    }

    private void start(Map<String, String> more) {
        ApiServer.start(database, directory, more).close();
    }
}
