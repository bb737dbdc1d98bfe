package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.database.LockSessions;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.SupersededException;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import dev.kiln.region.DirectoryRegionStore;
import dev.kiln.region.RegionStore;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredObject;
import dev.kiln.worker.WorkerSettings;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DataAccessException;
import org.springframework.util.unit.DataSize;

/** Workers, stages and sessions that hang, wake up late, or end at a bad moment. */
@Timeout(180)
class StragglersIT {

    private static final Duration NEVER = Duration.ofHours(1);

    private final BrokenRegions broken = new BrokenRegions();
    private final GatedEngine engine = new GatedEngine();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig(broken::wrap);
    }

    @AfterEach
    void end() {
        engine.open();
        rig.close();
    }

    @Test
    void aLogThatIsFullDoesNotEndTheExecution() {
        var execution = rig.start(rig.template("RUN true"));
        rig.jdbc
                .sql("insert into build_log_chunk (execution_id, first_byte, content, attempt)"
                        + " values (:id, 0, convert_to(repeat('x', 1100000), 'UTF8'), 0)")
                .param("id", execution.value())
                .update();
        rig.claim(execution, "who filled it");

        rig.worker(engine, 1).ring();

        rig.await(execution, ExecutionStatus.SUCCESS);
    }

    @Test
    void aBuildThatOutlivesItsCancelPublishesNothing() {
        engine.close();
        engine.beDeaf();
        var late = lateStore();
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);
        rig.cancel(execution, NEVER);
        rig.await(execution, ExecutionStatus.CANCELLED);

        engine.open();

        Awaitility.await().until(() -> late.refused().isPresent());
        Awaitility.await().untilAsserted(rig::guaranteesHold);
    }

    @Test
    void anOlderAttemptFindsEveryWriteRefused() {
        engine.close();
        engine.beDeaf();
        var late = lateStore();
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);
        var claimed = rig.claim(execution, "somebody else");
        Awaitility.await().until(() -> engine.interrupted.get() == 1);

        engine.open();
        Awaitility.await().until(() -> late.refused().isPresent());

        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.BUILDING);
        assertThat(rig.copies(execution)).doesNotContainValue("COPIED");
        assertThat(rig.executions.reread(claimed).number()).isEqualTo(2);
    }

    /** What is stored at home next, after its worker lost the execution; tells when it was refused. */
    private BrokenRegions.Durable lateStore() {
        var late = broken.holdWhenDurable("cn-one");
        late.release();
        return late;
    }

    @Test
    void whoWakesUpWhenAllIsDurableReplacesNothingOfHisSuccessor() throws Exception {
        var execution = rig.start(rig.template(""));
        var held = broken.holdWhenDurable("cn-one");
        rig.worker(engine, 1).ring();
        held.await();
        var newer = rig.claim(execution, "successor");

        held.release();

        Awaitility.await().until(() -> held.refused().isPresent());
        assertThat(held.refused().orElseThrow()).isInstanceOf(SupersededException.class);
        assertThat(rig.executions.reread(newer).status()).isEqualTo(ExecutionStatus.BUILDING);
    }

    @Test
    void whoWakesUpAfterHisLastLookReplacesNothingOfHisSuccessor() throws Exception {
        var execution = rig.start(rig.template(""));
        var held = broken.holdAfterTheLastLook("cn-one");
        rig.worker(engine, 1).ring();
        held.await();
        rig.claim(execution, "successor, who is killed");
        engine.buildLarge(1000);
        var successor = rig.worker(engine, 1);
        Awaitility.await().until(() -> {
            rig.sweep(successor);
            return rig.column(execution, "status").equals("SUCCESS");
        });

        held.release();

        var region = new DirectoryRegionStore(Rig.HOME, rig.directories.get("cn-one"));
        var image = rig.column(execution, "image_id");
        var key = ImageKeys.image(new ImageId(image));
        Awaitility.await("the late image is there, too")
                .until(() -> objects(region, key).size() == 2);
        var digest = new Digest(rig.jdbc
                .sql("select digest from image_copy where id = :id")
                .param("id", image)
                .query(String.class)
                .single());
        assertThat(region.find(key, digest)).map(StoredObject::bytes).contains(1000L);
        rig.guaranteesHold();
        assertThat(objects(region, key)).containsExactly(digest.hex());
    }

    private static List<String> objects(RegionStore region, StoreKey key) throws IOException {
        var names = new ArrayList<String>();
        region.list(key, item -> {
            if (item.isObject()) {
                names.add(item.name());
            }
        });
        return names;
    }

    @Test
    void whatAStageThrowsBecauseItsWorkerStopsIsNoFailure() throws Exception {
        var attempt = rig.claim(rig.start(rig.template("")), "me");
        var threads = Executors.newCachedThreadPool();
        var begun = new CountDownLatch(1);
        var watch = new StageWatch(threads, settings(), Duration.ZERO);

        var watching = Executors.newSingleThreadExecutor();
        var outcome = watching.submit(() -> watch.run(
                () -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new ClosedByInterruptException();
                    }
                    throw new IllegalStateException();
                },
                attempt,
                new TimeLimits.Left(NEVER, Failure.NONE),
                new TemplateLock(sessions(Duration.ofSeconds(15)))));
        begun.await();
        threads.shutdownNow();

        assertThatThrownBy(outcome::get).hasCauseInstanceOf(InterruptedException.class);
        watching.shutdown();
    }

    @Test
    void aHolderThatFellSilentLosesItsLock() throws Exception {
        var execution = rig.start(rig.template(""));
        try (var silent = new TemplateLock(sessions(Duration.ofMillis(500)));
                var other = new TemplateLock(sessions(Duration.ofSeconds(15)))) {
            assertThat(silent.tryLock(execution)).isPresent();

            Awaitility.await().until(() -> other.tryLock(execution).isPresent());

            // Not before the session had ended: nobody has the lock beside one that lives.
            assertThatThrownBy(() -> silent.session().sql("select 1").query().singleRow())
                    .isInstanceOf(DataAccessException.class);
        }
    }

    @Test
    void aHolderThatFellSilentBeforeItsClaimClaimsNothing() throws Exception {
        var execution = rig.start(rig.template(""));
        try (var silent = new TemplateLock(sessions(Duration.ofMillis(500)));
                var other = new TemplateLock(sessions(Duration.ofSeconds(15)))) {
            silent.tryLock(execution);
            Awaitility.await().until(() -> other.tryLock(execution).isPresent());
            var rightful = rig.executions
                    .claim(other.session(), execution, "other", "somewhere")
                    .orElseThrow();

            assertThatThrownBy(() -> rig.executions.claim(silent.session(), execution, "silent", "somewhere"))
                    .isInstanceOf(DataAccessException.class);

            assertThat(rig.executions.reread(rightful).number()).isEqualTo(1);
        }
    }

    @Test
    void anIdleWorkerRunsTheNextExecutionThoughTheServerEndedItsSessions() {
        var worker = rig.worker(engine, 2);
        for (var i = 0; i < 2; i++) {
            var execution = rig.start(rig.template(""));
            worker.ring();
            rig.await(execution, ExecutionStatus.SUCCESS);
            Awaitility.await().until(() -> worker.free() == 2);
        }
        rig.database.endLockSessions();

        var execution = rig.start(rig.template(""));
        worker.ring();

        rig.await(execution, ExecutionStatus.SUCCESS);
    }

    @Test
    void anExecutionThatFailsAgainAndAgainDoesNotKeepOthersFromTheSlot() {
        var poisoned = rig.start(rig.template(""));
        rig.jdbc.sql("""
                        create function refuse() returns trigger language plpgsql as
                        $$ begin raise exception 'refused'; end $$
                        """).update();
        rig.jdbc
                .sql("create trigger refuse before insert on image_copy for each row when (new.execution_id = '"
                        + poisoned + "') execute function refuse()")
                .update();
        var other = rig.start(rig.template(""));
        var worker = rig.worker(engine, 1);

        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> {
            rig.sweep(worker);
            return rig.status(other) == ExecutionStatus.SUCCESS;
        });

        assertThat(Integer.parseInt(rig.column(poisoned, "attempt"))).isBetween(1, 6);
    }

    @Test
    void scratchSpaceThatCannotBeGivenBackLeavesNoImageOfACancelledExecution() throws Exception {
        broken.hold("cn-two");
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        broken.awaitHeld();
        engine.breakDown();

        rig.cancel(execution, NEVER);
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(rig.copies(execution)).isEmpty();
    }

    @Test
    void whatARegionKeptWhileItWasAwayIsRemovedLater() throws Exception {
        broken.hold("cn-two");
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        broken.awaitHeld();
        broken.breakDown("cn-one");
        rig.cancel(execution, NEVER);
        rig.await(execution, ExecutionStatus.CANCELLED);
        assertThat(rig.copies(execution)).containsExactly(Map.entry("cn-one", "FAILED"));

        rig.withdrawnCopies().removeAll();
        assertThat(rig.copies(execution)).hasSize(1);
        broken.mend("cn-one");
        rig.withdrawnCopies().removeAll();

        assertThat(rig.copies(execution)).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aCancelEndedAtItsDeadlineHidesTheCopiesAtOnce() throws Exception {
        broken.hold("cn-two");
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        broken.awaitHeld();
        rig.jdbc
                .sql("update execution set status = 'CANCELLING', cancel_deadline = now() - interval '1 s'")
                .update();

        rig.cancels.overdue();

        assertThat(rig.copies(execution)).doesNotContainValue("COPIED");
    }

    private LockSessions sessions(Duration silence) {
        return new LockSessions(rig.database.url(), rig.database.user(), rig.database.password(), silence);
    }

    private static WorkerSettings settings() {
        return new WorkerSettings(
                "me",
                1,
                NEVER,
                NEVER,
                Duration.ofMillis(500),
                1,
                1,
                NEVER,
                NEVER,
                1,
                DataSize.ofMegabytes(1),
                1 << 20,
                Duration.ofSeconds(1),
                Duration.ZERO,
                NEVER,
                new WorkerSettings.StageTime(NEVER, NEVER, NEVER, NEVER, NEVER),
                null);
    }
}
