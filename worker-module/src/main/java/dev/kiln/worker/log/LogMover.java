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
    private final RegionRounds rounds;
    private final Map<RegionId, MovedLogs.Search> searches = new ConcurrentHashMap<>();

    public LogMover(MovedLogs logs, Intents intents, LockSessions sessions, LogSettings settings) {
        this.logs = logs;
        this.intents = intents;
        this.sessions = sessions;
        this.settings = settings;
        this.rounds = new RegionRounds("log-mover", logs.regions(), this::move);
    }

    /** Begins, and goes round until it is closed. */
    public void start() {
        if (!settings.moveAfter().isZero()) {
            rounds.start(EVERY, EVERY);
        }
    }

    /** One round. Never throws: the next one comes. */
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
        rounds.close();
    }
}
