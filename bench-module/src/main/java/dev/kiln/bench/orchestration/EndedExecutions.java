package dev.kiln.bench.orchestration;

import dev.kiln.bench.system.DatabaseServer.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Reports which executions have ended. It polls in one transaction that never ends, so that polling does not count
 * among the measured commits; and it reads only recent ends, since polling costs the database that is measured.
 */
public final class EndedExecutions implements AutoCloseable {

    /** The pause between polls when a caller waits for the end to continue. */
    public static final Duration SOON = Duration.ofMillis(20);

    /**
     * The pause between polls when more executions are waiting than can run at once: polling slows what is measured.
     */
    public static final Duration SELDOM = Duration.ofMillis(100);

    // An end has the time at which its transaction began, and is visible only after its commit; none takes this long.
    private static final long SECONDS_LOOKED_BACK = 2;

    private final Connection connection;
    private final Duration pause;
    private final Set<String> awaited = ConcurrentHashMap.newKeySet();
    private final Consumer<String> whenEnded;
    // Earlier ends are of no interest here, and reading a long history even once would be expensive.
    private OffsetDateTime newest;
    private final Thread thread = new Thread(this::look, "ended-executions");
    private volatile boolean closed;

    /** @param pause the pause between polls */
    public EndedExecutions(Database database, Duration pause, Consumer<String> whenEnded) throws SQLException {
        this.pause = pause;
        this.whenEnded = whenEnded;
        this.connection = DriverManager.getConnection(database.url(), database.user(), database.password());
        try (var setting = connection.createStatement()) {
            // A plan made while there are few executions reads all of them, and would be kept.
            setting.execute("set plan_cache_mode = force_custom_plan");
        }
        connection.setAutoCommit(false);
        this.newest = now(connection);
        thread.setDaemon(true);
        thread.start();
    }

    private static OffsetDateTime now(Connection connection) throws SQLException {
        try (var query = connection.createStatement();
                var row = query.executeQuery("select now()")) {
            row.next();
            return row.getObject(1, OffsetDateTime.class);
        }
    }

    /** Reports the end of this execution, once. */
    public void await(String execution) {
        awaited.add(execution);
    }

    private void look() {
        try (var query = connection.prepareStatement("""
                select id, status, finished_at, error_code, error_info from execution where finished_at > ?
                """)) {
            while (!closed) {
                if (!awaited.isEmpty()) {
                    query.setObject(1, newest.minusSeconds(SECONDS_LOOKED_BACK));
                    tell(query.executeQuery());
                }
                Thread.sleep(pause.toMillis());
            }
        } catch (SQLException | IOException e) {
            if (!closed) {
                throw new IllegalStateException("the ends of executions are not known any more", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(ResultSet rows) throws SQLException, IOException {
        List<String> ended = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                var at = rows.getObject("finished_at", OffsetDateTime.class);
                newest = at.isAfter(newest) ? at : newest;
                if (!awaited.contains(rows.getString("id"))) {
                    continue;
                }
                if (!rows.getString("status").equals("SUCCESS")) {
                    throw new IOException("execution " + rows.getString("id") + " ended as " + rows.getString("status")
                            + ": " + rows.getString("error_code") + " " + rows.getString("error_info"));
                }
                ended.add(rows.getString("id"));
            }
        }
        for (var execution : ended) {
            awaited.remove(execution);
            whenEnded.accept(execution);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            connection.close();
        } catch (SQLException e) {
            // It only reads; the server ends it with its database.
        }
    }
}
