package dev.kiln.worker.reaper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.kiln.database.LifeSession;
import dev.kiln.database.LockSessions;
import dev.kiln.execution.Attempt;
import dev.kiln.log.LogPiece;
import dev.kiln.log.MovedLogs;
import dev.kiln.reaper.Finding;
import dev.kiln.reaper.RegionSweep;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.worker.log.LogMover;
import dev.kiln.worker.log.LogSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Old logs come into their region, whole; whatever dies meanwhile, each is in one place, and nothing is left of others.
 */
class MovedLogsIT {

    private static final RegionId REGION = new RegionId("cn-one");

    @TempDir
    private Path directory;

    private final ReaperRig rig = new ReaperRig();
    private DirectoryRegionStore store;
    private MovedLogs logs;
    private LogMover mover;
    private RegionSweep sweep;

    @BeforeEach
    void begin() {
        store = new DirectoryRegionStore(REGION, directory);
        var regions = new Regions(List.of(store));
        logs = new MovedLogs(rig.jdbc, regions);
        mover = new LogMover(logs, rig.intents, sessions(), new LogSettings(Duration.ofDays(7)));
        sweep = new RegionSweep(regions, rig.intents, rig.things(), Duration.ZERO);
    }

    private LockSessions sessions() {
        return new LockSessions(rig.database.url(), rig.database.user(), rig.database.password());
    }

    private Attempt ended(int daysAgo) {
        var attempt = rig.attempt();
        print(attempt, 0, "first, ");
        print(attempt, 7, "second");
        print(attempt, 100, ", after a gap");
        rig.end(attempt, "FAILED");
        rig.jdbc
                .sql("update execution set finished_at = now() - make_interval(days => :days) where id = :id")
                .param("days", daysAgo)
                .param("id", attempt.execution().value())
                .update();
        return attempt;
    }

    private void print(Attempt attempt, int first, String text) {
        rig.jdbc
                .sql(
                        "insert into build_log_chunk (execution_id, first_byte, content, attempt) values (:id, :first, :text, 1)")
                .param("id", attempt.execution().value())
                .param("first", first)
                .param("text", text.getBytes(StandardCharsets.UTF_8))
                .update();
    }

    private int chunks(Attempt attempt) {
        return rig.jdbc
                .sql("select count(*) from build_log_chunk where execution_id = :id")
                .param("id", attempt.execution().value())
                .query(Integer.class)
                .single();
    }

    private List<String> read(Attempt attempt, long offset) {
        return logs.read(attempt.execution(), offset, 1000).stream()
                .map(piece -> piece.first() + " " + new String(piece.content(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void logsOfExecutionsThatEndedLongAgoAreMovedAndGoWithTheirExecution() throws IOException {
        var old = ended(8);
        var young = ended(6);

        mover.move();

        assertThat(chunks(old)).isZero();
        assertThat(read(old, 0)).containsExactly("0 first, ", "7 second", "100 , after a gap");
        assertThat(read(old, 13)).containsExactly("100 , after a gap");
        assertThat(logs.end(old.execution())).isEqualTo(113);
        assertThat(chunks(young)).isEqualTo(3);
        assertThat(read(young, 0)).isEmpty();
        assertThat(rig.intents()).isZero();
        assertThat(sweep.compare(REGION, true)).isEmpty();

        rig.jdbc
                .sql("delete from execution where id = :id")
                .param("id", old.execution().value())
                .update();

        assertThat(sweep.compare(REGION, true)).extracting(Finding::verdict).containsExactly(Finding.Verdict.REMOVED);
        store.list(MovedLogs.key(old.execution()), item -> fail("left: " + item));
    }

    @Test
    void aLogWhoseMoverDiedStaysWhereItWasUntilTheNextRound() throws IOException {
        var old = ended(8);
        // Its session is gone, and it had stored the object.
        rig.intents.beginUpload(REGION, MovedLogs.key(old.execution()), Optional.of(42L));
        store.put(MovedLogs.key(old.execution()), new ByteArrayInputStream(new byte[9]), null, done -> {});

        assertThat(sweep.settle(REGION)).extracting(Finding::verdict).containsExactly(Finding.Verdict.REMOVED);
        assertThat(chunks(old)).isEqualTo(3);
        mover.move();

        assertThat(logs.read(old.execution(), 0, 1000))
                .extracting(LogPiece::first)
                .containsExactly(0L, 7L, 100L);
        assertThat(sweep.compare(REGION, true)).isEmpty();
    }

    @Test
    void aMoverWhoseSessionHasEndedMovesNothing() throws Exception {
        var old = ended(8);
        var due = logs.search(REGION, Duration.ofDays(7)).next(10).get(0);
        long intent;
        try (var life = new LifeSession(sessions())) {
            life.hold();
            intent = rig.intents.beginUpload(REGION, MovedLogs.key(old.execution()), Optional.of(life.lock()));
        }

        assertThat(logs.move(due, intent)).isFalse();

        assertThat(sweep.settle(REGION)).extracting(Finding::verdict).containsExactly(Finding.Verdict.REMOVED);
        assertThat(chunks(old)).isEqualTo(3);
    }

    private void reopen(Attempt attempt) {
        rig.jdbc
                .sql("update execution set finished_at = null, status = 'DISTRIBUTING' where id = :id")
                .param("id", attempt.execution().value())
                .update();
    }

    @Test
    void aLogWhoseExecutionIsReopenedWhileItIsStoredStaysWhereItIs() throws Exception {
        var old = ended(8);

        assertThat(movedAlthough(old, () -> reopen(old))).isFalse();

        assertThat(chunks(old)).isEqualTo(3);
        assertThat(logs.end(old.execution())).isZero();
        rig.end(old, "FAILED");
        assertThat(movedAlthough(old, () -> {})).as("once it has ended again").isTrue();
        assertThat(chunks(old)).isZero();
    }

    @Test
    void aLogThatGrowsWhileItIsStoredStaysWhereItIsAndIsMovedWhole() throws Exception {
        var old = ended(8);

        assertThat(movedAlthough(old, () -> print(old, 200, "more"))).isFalse();

        assertThat(chunks(old)).isEqualTo(4);
        assertThat(logs.end(old.execution())).isZero();
        assertThat(movedAlthough(old, () -> {})).as("once it grows no more").isTrue();
        assertThat(read(old, 0)).containsExactly("0 first, ", "7 second", "100 , after a gap", "200 more");
    }

    /** Moves the log by an intent whose owner lives, while this happens in the middle of the region's put. */
    private boolean movedAlthough(Attempt attempt, Runnable meanwhile) throws Exception {
        var slow = (RegionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RegionStore.class}, (proxy, method, arguments) -> {
                    var answer = method.invoke(store, arguments);
                    if (method.getName().equals("put")) {
                        meanwhile.run();
                    }
                    return answer;
                });
        var due = new MovedLogs.Due(attempt.execution(), REGION, Instant.now());
        try (var life = new LifeSession(sessions())) {
            life.hold();
            var intent = rig.intents.beginUpload(REGION, MovedLogs.key(attempt.execution()), Optional.of(life.lock()));
            return new MovedLogs(rig.jdbc, new Regions(List.of(slow))).move(due, intent);
        }
    }

    @Test
    void theLogsOfARegionThatIsAwayStayWhereTheyAre() {
        var old = ended(8);
        rig.jdbc.sql("update execution set region_id = 'cn-away'").update();
        var due = logs.search(new RegionId("cn-away"), Duration.ofDays(7)).next(10);

        assertThatThrownBy(() -> logs.move(due.get(0), 0)).hasMessage("region cn-away is not configured");

        assertThat(chunks(old)).isEqualTo(3);
    }
}
