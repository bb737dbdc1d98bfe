package dev.kiln.bench.system;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.kiln.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** One durable PostgreSQL for all contenders; each of them has its own database in it. */
public final class DatabaseServer implements Closeable {

    /** An idle session reports its commits after at most this time. */
    public static final int SECONDS_TO_TELL = 11;

    private static final String USER = EmbeddedPostgres.USER;

    private final EmbeddedPostgres server;
    private final AtomicInteger made = new AtomicInteger();

    /**
     * The work of the database in a period.
     *
     * @param writes writing transactions of the whole server
     * @param commits all transactions, including read-only ones
     * @param walBytes bytes of WAL of the whole server
     */
    public record Work(long writes, long commits, long walBytes) {

        public Work since(Work before) {
            return new Work(writes - before.writes, commits - before.commits, walBytes - before.walBytes);
        }
    }

    /** A database of the server. */
    public record Database(String name, String url, String user, String password) {}

    /** Starts it; durable, so that every commit waits for the disk (fsync and synchronous_commit are on). */
    public static DatabaseServer start(Path directory, Path log) throws IOException {
        return new DatabaseServer(EmbeddedPostgres.start(new EmbeddedPostgres.Settings(directory, 0, true, log)));
    }

    private DatabaseServer(EmbeddedPostgres server) {
        this.server = server;
    }

    public int port() {
        return server.port();
    }

    /** Creates a new, empty database. */
    public Database create(String purpose) {
        var name = purpose + "_" + made.incrementAndGet();
        jdbc(database("postgres")).sql("create database " + name).update();
        return database(name);
    }

    /** Drops it, with any session left in it. */
    public void drop(Database database) {
        jdbc(database("postgres"))
                .sql("drop database " + database.name() + " with (force)")
                .update();
    }

    private Database database(String name) {
        return new Database(name, server.url(name), USER, server.password());
    }

    /** A client that opens a connection for each statement. */
    public static JdbcClient jdbc(Database database) {
        return JdbcClient.create(new DriverManagerDataSource(database.url(), database.user(), database.password()));
    }

    /** A pool whose connections are opened in advance. */
    public static HikariDataSource pool(Database database, int connections) {
        var config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }

    /** The database's work so far; commits as reported by its sessions, see {@link #SECONDS_TO_TELL}. */
    public Work work(Database database) {
        return jdbc(database("postgres"))
                .sql("""
                        select cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint) as writes,
                               xact_commit, cast(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as bigint) as wal
                        from pg_stat_database where datname = :name
                        """)
                .param("name", database.name())
                .query((row, number) -> new Work(row.getLong("writes"), row.getLong("xact_commit"), row.getLong("wal")))
                .single();
    }

    /** Writes dirty pages now, so that no contender pays for the one before it. */
    public void checkpoint() {
        jdbc(database("postgres")).sql("checkpoint").update();
    }

    /** The server's version, and the settings that affect durability and speed. */
    public String description() {
        return jdbc(database("postgres")).sql("""
                        select 'PostgreSQL ' || current_setting('server_version')
                            || ', fsync ' || current_setting('fsync')
                            || ', synchronous_commit ' || current_setting('synchronous_commit')
                            || ', shared_buffers ' || current_setting('shared_buffers')
                        """).query(String.class).single();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
