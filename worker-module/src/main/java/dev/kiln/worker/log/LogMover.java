package dev.kiln.worker.log;

import dev.kiln.database.LifeSession;
import dev.kiln.database.LockSessions;
import dev.kiln.log.MovedLogs;
import dev.kiln.reaper.Intents;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionRounds;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves old logs into regions, a few in each round. Several workers may move the same log: it becomes the same object,
 * and one of them replaces the rows.
 */
public final class LogMover implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogMover.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final int AT_ONCE = 100;

    private final MovedLogs logs;
    private final Intents intents;
    private final LockSessions sessions;
    private final LogSettings settings;
    private final RegionRounds rounds;
    private final Map<RegionId, MovedLogs.Search> searches = new ConcurrentHashMap<>();

    public LogMover(MovedLogs logs, Intents intents, LockSessions sessions, LogSettings settings) {
        this.logs = logs;
        this.intents = intents;
        this.sessions = sessions;
        this.settings = settings;
        this.rounds = new RegionRounds("log-mover", logs.regions(), this::move);
    }

    /** Starts the rounds, which go on until it is closed. */
    public void start() {
        if (!settings.moveAfter().isZero()) {
            rounds.start(EVERY, EVERY);
        }
    }

    /** One round. Never throws: the next one tries again. */
    public void move() {
        rounds.once();
    }

    private void move(RegionId region) {
        try {
            var due = searches.computeIfAbsent(region, one -> logs.search(one, settings.moveAfter()))
                    .next(AT_ONCE);
            if (!due.isEmpty()) {
                move(due);
            }
        } catch (SQLException e) {
            LOG.warn("old logs of {} stay in the database for now: {}", region, e.toString());
        }
    }

    /** The round's own session proves that the owner of the intents is alive; the round ends with it. */
    private void move(List<MovedLogs.Due> due) throws SQLException {
        try (var life = new LifeSession(sessions)) {
            life.hold();
            for (var log : due) {
                if (Thread.currentThread().isInterrupted() || life.hold()) {
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
        // An object that exists is another worker's, or the reaper's to remove.
        intents.releaseUpload(intent);
    }

    @Override
    public void close() {
        rounds.close();
    }
}
