package dev.kiln.testing;

import dev.kiln.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The databases of one PostgreSQL server, each a copy of one database that was migrated once. */
final class TestDatabases {

    private static final String TEMPLATE = "kiln_template";

    private final String host;
    private final String user;
    private final String password;
    private final AtomicInteger number = new AtomicInteger();

    private TestDatabases(String host, String user, String password) {
        this.host = host;
        this.user = user;
        this.password = password;
    }

    static TestDatabases start(ServerKind kind) {
        var databases = kind == ServerKind.CONTAINERS ? inContainer() : embedded();
        databases.execute("create database " + TEMPLATE);
        databases.migrate();
        return databases;
    }

    synchronized TestDatabase fresh(boolean migrated) {
        var name = "test_" + number.incrementAndGet();
        execute("create database " + name + (migrated ? " template " + TEMPLATE : ""));
        return database(name);
    }

    @SuppressWarnings("resource") // Testcontainers' reaper removes it
    private static TestDatabases inContainer() {
        var container = new PostgreSQLContainer("postgres:17")
                .withCommand("postgres -c max_connections=200 -c client_connection_check_interval=2s -c fsync=off");
        container.start();
        var host = container.getHost() + ":" + container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT);
        return new TestDatabases(host, container.getUsername(), container.getPassword());
    }

    private static TestDatabases embedded() {
        try {
            var directory = TestDirectories.create("postgres");
            var log = directory.resolveSibling("postgres.log");
            var settings = new EmbeddedPostgres.Settings(directory, 0, false, log);
            var postgres = EmbeddedPostgres.start(settings);
            TestDirectories.closeAtExit(postgres);
            return new TestDatabases("127.0.0.1:" + postgres.port(), EmbeddedPostgres.USER, postgres.password());
        } catch (IOException e) {
            throw new UncheckedIOException("embedded PostgreSQL did not start", e);
        }
    }

    private void migrate() {
        var template = database(TEMPLATE);
        Flyway.configure()
                .dataSource(template.url(), template.user(), template.password())
                .locations("classpath:db/migration")
                .failOnMissingLocations(true)
                .load()
                .migrate();
    }

    private void execute(String statement) {
        JdbcClient.create(database("postgres").dataSource()).sql(statement).update();
    }

    private TestDatabase database(String name) {
        return new TestDatabase("jdbc:postgresql://" + host + "/" + name, user, password);
    }
}
