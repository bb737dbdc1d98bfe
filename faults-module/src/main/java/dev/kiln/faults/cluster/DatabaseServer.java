package dev.kiln.faults.cluster;

import dev.kiln.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * PostgreSQL, which can be stopped in several ways and restarted on the same data and port. It starts empty: the API
 * migrates it, and with a previous release migrates it again while that one runs.
 */
public final class DatabaseServer implements Closeable {

    private static final long SECONDS_TO_END = 20;

    private final Path directory;
    private final Path log;
    private EmbeddedPostgres server;
    private final int port;
    private final JdbcClient jdbc;

    DatabaseServer(Path directory, Path log) throws IOException {
        this.directory = directory;
        this.log = log;
        this.server = start(0);
        this.port = server.port();
        // One connection per query: no connection survives a restart.
        this.jdbc =
                JdbcClient.create(new DriverManagerDataSource(server.url(), EmbeddedPostgres.USER, server.password()));
    }

    // Durable: otherwise a server that stops immediately may lose what it has acknowledged.
    private EmbeddedPostgres start(int wanted) throws IOException {
        return EmbeddedPostgres.start(new EmbeddedPostgres.Settings(directory, wanted, true, log));
    }

    int port() {
        return port;
    }

    String password() {
        return server.password();
    }

    /** The verdict's own access to the database, not through a forwarder. */
    public JdbcClient jdbc() {
        return jdbc;
    }

    /** Drops the unique index that allows only one running execution per template. */
    void dropTemplateIndex() {
        jdbc.sql("drop index execution_one_running_per_template").update();
    }

    /** Ends all sessions and stops in an orderly way. */
    public synchronized void stopFast() throws IOException {
        server.close();
    }

    /** Stops immediately, as in a crash: the next start recovers from the log. */
    public synchronized void stopImmediately() throws IOException, InterruptedException {
        var pid = Long.parseLong(Files.readAllLines(directory.resolve("cluster/postmaster.pid"))
                .get(0)
                .strip());
        Signals.send(pid, "QUIT");
        Signals.awaitEnd(pid, SECONDS_TO_END);
        server.close();
    }

    /** Restarts it on the same data and port. */
    public synchronized void startAgain() throws IOException {
        server = start(port);
    }

    @Override
    public synchronized void close() throws IOException {
        server.close();
    }
}
