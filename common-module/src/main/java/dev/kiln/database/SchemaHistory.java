package dev.kiln.database;

import java.util.Optional;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.flywaydb.core.api.MigrationVersion;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The migrations applied to the database, read from Flyway's table: at most starts there is nothing to migrate, and
 * letting Flyway find that out took a sixth of an API's start.
 */
public final class SchemaHistory {

    private final JdbcClient jdbc;

    public SchemaHistory(DataSource database) {
        this.jdbc = JdbcClient.create(database);
    }

    /**
     * Whether Flyway would find nothing to do and nothing wrong: all of the process's own migrations were applied with
     * their present content, and any others are newer. Otherwise ask Flyway.
     */
    public boolean isOf(OwnMigrations own) {
        if (!isKept()) {
            return false;
        }
        var done = new TreeMap<MigrationVersion, Integer>();
        for (var row : rows()) {
            if (!row.success() || row.version().isEmpty() || row.checksum().isEmpty()) {
                return false;
            }
            done.put(
                    MigrationVersion.fromVersion(row.version().get()),
                    row.checksum().get());
        }
        return done.headMap(own.newest(), true).equals(own.checksums());
    }

    private boolean isKept() {
        return jdbc.sql("select to_regclass('flyway_schema_history') is not null")
                .query(Boolean.class)
                .single();
    }

    private record Row(Optional<String> version, Optional<Integer> checksum, boolean success) {}

    private Iterable<Row> rows() {
        return jdbc.sql("select version, checksum, success from flyway_schema_history")
                .query((row, number) -> new Row(
                        Optional.ofNullable(row.getString("version")),
                        Optional.ofNullable(row.getObject("checksum", Integer.class)),
                        row.getBoolean("success")))
                .list();
    }
}
