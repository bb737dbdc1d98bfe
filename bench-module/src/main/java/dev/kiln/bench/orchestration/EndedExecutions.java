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
 * Tells which executions have ended. It looks again and again, in one transaction that never ends, so that the looking
 * is not among the commits that are counted; and only at what has ended lately, since the looking is paid for by the
 * database that is measured.
 */
public final class EndedExecutions implements AutoCloseable {

    /** Between two looks, where somebody waits for the end to go on. */
    public static final Duration SOON = Duration.ofMillis(20);

    /** Between two looks, where more is under way than can be done at once: looking takes from what is measured. */
    public static final Duration SELDOM = Duration.ofMillis(100);

    // An end is as old as its transaction, which is seen only when it is over; none of them takes that long.
    private static final long SECONDS_LOOKED_BACK = 2;

    private final Connection connection;
    private final Duration pause;
    private final Set<String> awaited = ConcurrentHashMap.newKeySet();
    private final Consumer<String> whenEnded;
    // What ended before is nobody's here: to read a long history once would be dear.
    private OffsetDateTime newest;
    private final Thread thread = new Thread(this::look, "ended-executions");
    private volatile boolean closed;

    /** @param pause between two looks */
    public EndedExecutions(Database database, Duration pause, Consumer<String> whenEnded) throws SQLException {
        this.pause = pause;
        this.whenEnded = whenEnded;
        this.connection = DriverManager.getConnection(database.url(), database.user(), database.password());
        try (var setting = connection.createStatement()) {
            // What is planned while there are few executions reads all of them, and would later, too.
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

    /** Tells of this execution when it has ended, once. */
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
