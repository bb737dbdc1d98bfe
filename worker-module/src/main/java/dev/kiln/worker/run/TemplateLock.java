package dev.kiln.worker.run;

import dev.kiln.database.LockSessions;
import dev.kiln.execution.Attempt;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.template.TemplateId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * A database session that holds a template's advisory lock. The session is the proof of life: it ends with the worker,
 * and the lock ends with it. Each slot owns one as long as the worker lives; the sweep keeps its session open.
 */
public final class TemplateLock implements AutoCloseable {

    /** Whether the stage under way may go on. */
    public enum Look {
        /** The lock is held, the attempt is current, the status is unchanged. */
        GO_ON,
        /** The status was changed from outside: a cancel. */
        STATUS_CHANGED,
        /** Another attempt has the execution, or the execution is gone. */
        SUPERSEDED
    }

    private static final Logger LOG = LoggerFactory.getLogger(TemplateLock.class);

    private final LockSessions sessions;
    private @Nullable Connection session;
    private @Nullable JdbcClient statements;

    public TemplateLock(LockSessions sessions) {
        this.sessions = sessions;
    }

    /**
     * Takes the lock of the execution's template, if it is free and the execution is not final, and returns the
     * template. Never waits. The lock is lost when its holder falls silent.
     */
    public synchronized Optional<TemplateId> tryLock(ExecutionId execution) throws SQLException {
        try {
            return take(execution);
        } catch (SQLException e) {
            // The idle slot's session may have ended with the server; no lock is lost by that, since none is held yet.
            LOG.info("a lock session is opened anew: {}", e.toString());
            return take(execution);
        }
    }

    /**
     * Opens the session if there is none or it has ended with the server: without one the slot would not be counted.
     */
    synchronized void keepOpen() {
        try (var alive = opened().prepareStatement("select 1")) {
            alive.execute();
        } catch (SQLException e) {
            close();
        }
    }

    private Optional<TemplateId> take(ExecutionId execution) throws SQLException {
        var sql = """
                select template_id, case when pg_try_advisory_lock(hashtextextended(template_id, 0))
                                         then set_config('idle_session_timeout', '%d', false) <> '' else false end
                  from execution where id = ? and finished_at is null
                """.formatted(sessions.silence().toMillis());
        try (var query = opened().prepareStatement(sql)) {
            query.setString(1, execution.value());
            try (var rows = query.executeQuery()) {
                return rows.next() && rows.getBoolean(2)
                        ? Optional.of(new TemplateId(rows.getString(1)))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    /** The session that holds the lock. Its statements fail when the session, and the lock with it, has ended. */
    synchronized JdbcClient session() throws SQLException {
        var current = statements;
        if (session == null || current == null) {
            throw lost();
        }
        return current;
    }

    private static SQLException lost() {
        return new SQLException("the lock is lost");
    }

    /** Releases the lock. With a lost session the lock is gone too, and nothing is left to do. */
    public synchronized void unlock(TemplateId template) {
        var current = session;
        if (current == null) {
            return;
        }
        try (var statement = current.prepareStatement("""
                select pg_advisory_unlock(hashtextextended(?, 0)), set_config('idle_session_timeout', '0', false)
                """)) {
            statement.setString(1, template.value());
            statement.execute();
        } catch (SQLException e) {
            close();
        }
    }

    /**
     * Asks, on the session that holds the lock, whether the attempt may go on.
     *
     * @throws SQLException the lock is lost
     */
    public synchronized Look look(Attempt attempt) throws SQLException {
        var current = session;
        if (current == null) {
            throw lost();
        }
        try (var query = current.prepareStatement("select status from execution where id = ? and attempt = ?")) {
            query.setString(1, attempt.execution().value());
            query.setInt(2, attempt.number());
            return look(query, attempt.status());
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    private static Look look(PreparedStatement query, ExecutionStatus expected) throws SQLException {
        try (var rows = query.executeQuery()) {
            if (!rows.next()) {
                return Look.SUPERSEDED;
            }
            return rows.getString(1).equals(expected.name()) ? Look.GO_ON : Look.STATUS_CHANGED;
        }
    }

    /** Ends the session and with it every lock that it holds. */
    @Override
    public synchronized void close() {
        var closing = session;
        session = null;
        statements = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (SQLException e) {
                // A session that cannot be closed is dead already.
            }
        }
    }

    private Connection opened() throws SQLException {
        var current = session;
        if (current == null || current.isClosed()) {
            current = sessions.open();
            session = current;
            statements = JdbcClient.create(new SingleConnectionDataSource(current, true));
        }
        return current;
    }
}
