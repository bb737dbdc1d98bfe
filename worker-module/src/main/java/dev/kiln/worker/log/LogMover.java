package dev.kiln.worker.log;

import dev.kiln.database.LifeSession;
import dev.kiln.database.LockSessions;
import dev.kiln.log.MovedLogs;
import dev.kiln.reaper.Intents;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves old logs into regions, a few in each round. Workers may do so at the same time: the same log is the same
 * object, and one of them puts the row in its place.
 */
public final class LogMover implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogMover.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final int AT_ONCE = 100;

    private final MovedLogs logs;
    private final Intents intents;
    private final LockSessions sessions;
    private final LogSettings settings;
    private final ScheduledExecutorService rounds = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "log-mover");
        thread.setDaemon(true);
        return thread;
    });

    public LogMover(MovedLogs logs, Intents intents, LockSessions sessions, LogSettings settings) {
        this.logs = logs;
        this.intents = intents;
        this.sessions = sessions;
        this.settings = settings;
    }

    /** Begins, and goes round until it is closed. */
    public void start() {
        if (!settings.moveAfter().isZero()) {
            var every = EVERY.toSeconds();
            var unused = rounds.scheduleWithFixedDelay(this::move, every, every, TimeUnit.SECONDS);
        }
    }

    /** One round. Never throws: the next one comes. */
    public void move() {
        try {
            var due = logs.due(settings.moveAfter(), AT_ONCE);
            if (!due.isEmpty()) {
                move(due);
            }
        } catch (SQLException | RuntimeException e) {
            LOG.warn("old logs stay in the database for now: {}", e.toString());
        }
    }

    /** A session of the round's own proves that whoever has said what he is about to store is there. */
    private void move(List<MovedLogs.Due> due) throws SQLException {
        try (var life = new LifeSession(sessions)) {
            life.hold();
            for (var log : due) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                move(log, life.lock());
            }
        }
    }

    private void move(MovedLogs.Due log, long holder) {
        var intent = intents.beginUpload(log.region(), MovedLogs.key(log.execution()), Optional.of(holder));
        try {
            if (logs.move(log, intent)) {
                LOG.debug("the log of {} lies in {} now", log.execution(), log.region());
                return;
            }
        } catch (IOException e) {
            LOG.warn("the log of {} stays in the database for now: {}", log.execution(), e.toString());
        }
        // Whatever there is of an object is another worker's, or the reaper's.
        intents.releaseUpload(intent);
    }

    @Override
    public void close() {
        rounds.shutdownNow();
    }
}
