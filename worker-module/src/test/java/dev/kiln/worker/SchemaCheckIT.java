package dev.kiln.worker;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.testing.SourceSizes;
import dev.kiln.testing.TestDatabase;
import dev.kiln.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which releases may run on which database. */
class SchemaCheckIT {

    private final TestDatabase database = TestServers.freshDatabase();

    @TempDir
    private Path newer;

    @Test
    void aWorkerRunsOnADatabaseThatIsAheadUnlessTheContractForbidsIt() throws IOException {
        try (var files = Files.list(SourceSizes.projectRoot().resolve("db/migration"))) {
            for (var file : files.toList()) {
                Files.copy(file, newer.resolve(file.getFileName()));
            }
        }
        Files.writeString(newer.resolve("V900__expand.sql"), "alter table execution add column novelty text;");
        migrate();
        assertThatCode(() -> check("classpath:db/migration")).doesNotThrowAnyException();

        Files.writeString(newer.resolve("V901__contract.sql"), "update schema_contract set oldest_migration = '900';");
        migrate();
        assertThatThrownBy(() -> check("classpath:db/migration")).hasMessageContaining("know migration 900");
        assertThatCode(() -> check("filesystem:" + newer)).doesNotThrowAnyException();
    }

    @Test
    void aWorkerRefusesADatabaseThatIsBehind() throws IOException {
        Files.writeString(newer.resolve("V900__expand.sql"), "select 1;");

        assertThatThrownBy(() -> check("filesystem:" + newer)).hasMessageContaining("lacks migration 900");
    }

    private void migrate() {
        Flyway.configure()
                .dataSource(database.dataSource())
                .locations("filesystem:" + newer)
                .load()
                .migrate();
    }

    private void check(String migrations) throws InterruptedException {
        new SchemaCheck(database.dataSource(), migrations).await(Duration.ZERO);
    }
}
