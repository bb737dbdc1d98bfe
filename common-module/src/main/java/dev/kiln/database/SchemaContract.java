package dev.kiln.database;

import dev.kiln.start.CannotStartException;
import javax.sql.DataSource;
import org.flywaydb.core.api.MigrationVersion;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the database demands of the processes that use it (docs/adr/0006): a process may be older than the newest
 * migration, but not older than the migration named in the contract.
 */
public final class SchemaContract {

    private final JdbcClient jdbc;

    public SchemaContract(DataSource database) {
        this.jdbc = JdbcClient.create(database);
    }

    /**
     * Throws, with a remedy, when the newest migration that this process was built with is too old for the database.
     */
    public void check(MigrationVersion own) {
        var oldest = MigrationVersion.fromVersion(oldestMigration());
        if (own.compareTo(oldest) < 0) {
            throw new CannotStartException(
                    "The database needs processes that know migration " + oldest
                            + ", and this one knows only those up to " + own,
                    "Run a newer release.");
        }
    }

    private String oldestMigration() {
        return jdbc.sql("select oldest_migration from schema_contract")
                .query(String.class)
                .single();
    }
}
