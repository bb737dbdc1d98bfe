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

/** One durable PostgreSQL for everything that is compared; each contender has a database of its own in it. */
public final class DatabaseServer implements Closeable {

    /** A session that has nothing to do tells its commits after so long at the latest. */
    public static final int SECONDS_TO_TELL = 11;

    private static final String USER = EmbeddedPostgres.USER;

    private final EmbeddedPostgres server;
    private final AtomicInteger made = new AtomicInteger();

    /**
     * How much the database did in a while.
     *
     * @param writes transactions that wrote, of the whole server
     * @param commits transactions, those that only read included
     * @param walBytes of the whole server
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

    /** Makes a new, empty database. */
    public Database create(String purpose) {
        var name = purpose + "_" + made.incrementAndGet();
        jdbc(database("postgres")).sql("create database " + name).update();
        return database(name);
    }

    /** Drops it, and whatever session is left in it. */
    public void drop(Database database) {
        jdbc(database("postgres"))
                .sql("drop database " + database.name() + " with (force)")
                .update();
    }

    private Database database(String name) {
        return new Database(name, server.url(name), USER, server.password());
    }

    /** A connection for each statement. */
    public static JdbcClient jdbc(Database database) {
        return JdbcClient.create(new DriverManagerDataSource(database.url(), database.user(), database.password()));
    }

    /** A pool whose connections are there before the first is asked for. */
    public static HikariDataSource pool(Database database, int connections) {
        var config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }

    /** What the database has done so far; the commits as its sessions have told them, see {@link #SECONDS_TO_TELL}. */
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

    /** Writes dirty pages out now, so that no contender pays for the one before it. */
    public void checkpoint() {
        jdbc(database("postgres")).sql("checkpoint").update();
    }

    /** The server's version and the settings that durability and speed depend on. */
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
