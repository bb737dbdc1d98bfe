package dev.kiln.worker;

import org.springframework.jdbc.core.simple.JdbcClient;

/** What the database demands of the processes that run on it. */
final class SchemaContract {

    private final JdbcClient jdbc;

    SchemaContract(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The migration that a process has to know at least. */
    String oldestMigration() {
        return jdbc.sql("select oldest_migration from schema_contract")
                .query(String.class)
                .single();
    }
}
