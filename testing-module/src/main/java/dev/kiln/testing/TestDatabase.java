package dev.kiln.testing;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** How to connect to one database. */
public record TestDatabase(String url, String user, String password) {

    private static final Map<TestDatabase, HikariDataSource> POOLS = new ConcurrentHashMap<>();

    private static final ScheduledExecutorService HOUSEKEEPING = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "test database pools");
        thread.setDaemon(true);
        return thread;
    });

    static {
        // Tests restart servers and end sessions, so the pool checks every connection before it hands it out.
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "0");
    }

    /** A source that opens a new session for each connection; pool it yourself if you need many. */
    public DataSource dataSource() {
        return new DriverManagerDataSource(url, user, password);
    }

    /** A client over a few sessions that all clients of this database share, since tests poll often. */
    public JdbcClient client() {
        return JdbcClient.create(pooled());
    }

    /** Transactions for {@link #client()}. */
    public TransactionTemplate transaction() {
        return new TransactionTemplate(new DataSourceTransactionManager(pooled()));
    }

    /** Ends the database's lock sessions, as the server does with those that fell silent. */
    public void endLockSessions() {
        client().sql("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name = 'kiln-lock' and datname = current_database()")
                .query()
                .listOfRows();
    }

    private DataSource pooled() {
        return POOLS.computeIfAbsent(this, TestDatabase::pool);
    }

    private static HikariDataSource pool(TestDatabase database) {
        var pool = new HikariDataSource();
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(20);
        // One JVM uses hundreds of databases, one after the other.
        pool.setMinimumIdle(0);
        pool.setIdleTimeout(Duration.ofSeconds(10).toMillis());
        pool.setInitializationFailTimeout(-1);
        pool.setScheduledExecutor(HOUSEKEEPING);
        return pool;
    }
}
