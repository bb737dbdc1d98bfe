package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.RetryAnswer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What takes too long ends with a code of its own and is cleaned up, whether it reacts to its interrupt or hangs. */
class TimeLimitsIT {

    private static final Duration SHORT = Duration.ofSeconds(1);

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
        broken.recover();
        rig.close();
    }

    @Test
    void aBuildThatTakesTooLongFailsAndLeavesNothing() {
        rig.limitStages(SHORT);
        engine.close();
        var execution = run();

        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("StageTimeLimitExceeded");
        assertThat(rig.column(execution, "error_info")).isEqualTo("BUILDING took longer than 1 seconds");
        assertThat(engine.interrupted).hasValue(1);
        assertThat(engine.scratch).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aTestThatTakesTooLongHasFailed() {
        rig.limitStages(SHORT);
        engine.closeTests();
        var execution = run();

        rig.await(execution, ExecutionStatus.TEST_FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("StageTimeLimitExceeded");
        assertThat(rig.copies(execution)).containsExactly(Map.entry("cn-one", "COPIED"));
        rig.guaranteesHold();
    }

    @Test
    void anExecutionThatTakesTooLongIsReleased() {
        rig.limitExecutions(SHORT);
        engine.close();
        var execution = run();

        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("ExecutionTimeLimitExceeded");
        assertThat(engine.scratch).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void theTimeOfAStageCountsOverAttempts() {
        engine.close();
        var execution = run();
        Awaitility.await().until(() -> engine.builds.get() == 1);
        endLockSessions();
        rig.jdbc
                .sql("update execution_event set at = at - interval '1 h' where to_status = 'BUILDING'")
                .update();

        rig.limitStages(Duration.ofMinutes(30));
        var other = rig.worker(engine, 1);
        Awaitility.await().until(() -> {
            rig.sweep(other);
            return rig.status(execution) == ExecutionStatus.FAILED;
        });

        assertThat(rig.column(execution, "error_code")).isEqualTo("StageTimeLimitExceeded");
        assertThat(engine.builds).hasValue(1);
    }

    @Test
    void waitingForAWorkerIsNoTimeOfAStage() {
        rig.limitStages(Duration.ofMinutes(30));
        var execution = rig.start(rig.template(""));
        rig.jdbc.sql("update execution_event set at = at - interval '1 h'").update();

        rig.worker(engine, 1).ring();

        rig.await(execution, ExecutionStatus.SUCCESS);
    }

    @Test
    void aRegionThatHangsForEverCostsItsTargetAndNotTheExecutionAndCanBeRetried() throws Exception {
        rig.limitStages(SHORT);
        broken.hang("cn-two");
        var execution = rig.start(rig.template("RUN true"));
        var worker = rig.worker(engine, 1);
        worker.ring();

        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);

        assertThat(rig.column(execution, "error_code")).isEqualTo("StageTimeLimitExceeded");
        assertThat(rig.copies(execution).values()).containsExactly("COPIED", "COPIED", "FAILED");
        assertThat(unfinishedShares()).isZero();
        broken.recover();
        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.ACCEPTED);
        Awaitility.await().until(() -> worker.free() == 1);
        rig.limitStages(Duration.ofHours(1));
        rig.sweep(rig.worker(engine, 1));
        rig.await(execution, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    @Test
    void theTimeOfAnExecutionBeginsAnewWithARetry() {
        broken.breakDown("cn-two");
        var execution = run();
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        rig.jdbc
                .sql("update execution set created_at = created_at - interval '1 day'")
                .update();
        broken.mend("cn-two");
        rig.executions.retry(execution, Rig.OWNER);

        rig.sweep(rig.worker(engine, 1));

        rig.await(execution, ExecutionStatus.SUCCESS);
    }

    @Test
    void aCancelThatFindsAHangingRegionEndsAtItsDeadlineAndTheSlotIsFreeAgain() throws Exception {
        broken.hang("cn-two");
        var execution = rig.start(rig.template(""));
        var worker = rig.worker(engine, 1);
        worker.ring();
        broken.awaitHeld();

        rig.cancel(execution, Duration.ofSeconds(3));
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            rig.sweep(worker);
            return rig.status(execution) == ExecutionStatus.CANCELLED;
        });
        Awaitility.await().until(() -> worker.free() == 1);
        var next = rig.start(rig.template(""));
        rig.jdbc.sql("update template set to_region_ids = '{cn-three}'").update();
        worker.ring();

        rig.await(next, ExecutionStatus.SUCCESS);
        assertThat(rig.copies(execution)).doesNotContainValue("COPIED");
    }

    @Test
    void aCancelWithALivingWorkerTakesUnderASecond() {
        engine.close();
        var execution = run();
        Awaitility.await().until(() -> engine.builds.get() == 1);

        rig.cancel(execution, Duration.ofHours(1));

        Awaitility.await()
                .atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> rig.status(execution) == ExecutionStatus.CANCELLED);
    }

    private ExecutionId run() {
        var execution = rig.start(rig.template("RUN true"));
        rig.worker(engine, 1).ring();
        return execution;
    }

    private int unfinishedShares() {
        return rig.jdbc
                .sql("select count(*) from image_share where state = 'PENDING'")
                .query(Integer.class)
                .single();
    }

    private void endLockSessions() {
        rig.jdbc
                .sql("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name = 'kiln-lock' and datname = current_database()")
                .query()
                .listOfRows();
    }
}
