package dev.kiln.embedded;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.concurrent.CountDownLatch;

/** A program of its own, to be killed: starts PostgreSQL durably, commits a row, says "ready" and stays. */
final class PostgresUntilKilled {

    private PostgresUntilKilled() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[0]);
        var settings = new EmbeddedPostgres.Settings(directory, 0, true, directory.resolveSibling("until-killed.log"));
        var postgres = EmbeddedPostgres.start(settings);
        try (var connection = DriverManager.getConnection(postgres.url(), EmbeddedPostgres.USER, postgres.password());
                var statement = connection.createStatement()) {
            statement.execute("create table kept (value text)");
            statement.execute("insert into kept values ('written before the kill')");
        }
        System.out.println("ready");
        new CountDownLatch(1).await();
    }
}
