package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.RetryAnswer;
import dev.kiln.worker.engine.Builds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What takes too long ends with a code of its own and is cleaned up, whether it reacts to its interrupt or hangs. */
@Timeout(180)
class TimeLimitsIT {

    private static final Duration SHORT = Duration.ofSeconds(1);

    private final BrokenRegions broken = new BrokenRegions();
    private final GatedEngine engine = new GatedEngine();

    @TempDir
    private Path directory;

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

    /** A limit of each level, the innermost first, on a command that would never end. */
    @ParameterizedTest
    @CsvSource({
        "3, 60, 60, 60, BuildCommand.TimedOut, kiln.engine.command-time",
        "60, 3, 60, 60, BuildStep.TimedOut, kiln.engine.step-time",
        "60, 60, 5, 60, StageTimeLimitExceeded, kiln.worker.stage-time.building",
        "60, 60, 60, 5, ExecutionTimeLimitExceeded, kiln.worker.execution-time"
    })
    void everyLevelHasItsLimitAndItsCodeAndLeavesNothing(
            int command, int step, int stage, int whole, String code, String setting) throws Exception {
        var real = Builds.engine(directory, Duration.ofSeconds(command), Duration.ofSeconds(step));
        // The base image is unpacked by then, so that little time goes by before the command begins.
        var unhurried = Builds.engine(directory, Duration.ofMinutes(1), Duration.ofMinutes(1));
        unhurried.test(Builds.of("exec-before", "RUN true"), Builds.output());
        rig.baseImage(Builds.base());
        rig.settings.limitStage(ExecutionStatus.BUILDING, Duration.ofSeconds(stage));
        rig.settings.limitExecutions(Duration.ofSeconds(whole));
        var template = rig.template("");
        rig.content("RUN /bin/sleep 98768 & echo begun; /bin/sleep 98768");
        var execution = rig.start(template);
        rig.worker(real, 1).ring();

        rig.await(execution, ExecutionStatus.FAILED);

        // Read when all is over: on a busy machine nobody may look while they sleep.
        assertThat(log(execution)).contains("\nbegun\n");
        assertThat(rig.column(execution, "error_code")).isEqualTo(code);
        assertThat(rig.column(execution, "error_info"))
                .contains("longer")
                .contains(" seconds; the operator can raise " + setting);
        assertThat(Builds.sleepers(98768)).isZero();
        assertThat(real.traces()).isEmpty();
        assertThat(Builds.mounts(directory)).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aBuildThatTakesTooLongFailsAndLeavesNothing() {
        rig.settings.limitStage(ExecutionStatus.BUILDING, SHORT);
        engine.close();
        var execution = run();

        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("StageTimeLimitExceeded");
        assertThat(rig.column(execution, "error_info"))
                .isEqualTo("BUILDING took longer, over all attempts, than 1 seconds;"
                        + " the operator can raise kiln.worker.stage-time.building");
        // None begins on a machine that takes so long to get there.
        assertThat(engine.interrupted).hasValue(engine.builds.get());
        assertThat(engine.scratch).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aTestThatTakesTooLongHasFailed() {
        rig.settings.limitStage(ExecutionStatus.TESTING, SHORT);
        engine.closeTests();
        var execution = run();

        rig.await(execution, ExecutionStatus.TEST_FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("StageTimeLimitExceeded");
        assertThat(rig.copies(execution)).containsExactly(Map.entry("cn-one", "COPIED"));
        rig.guaranteesHold();
    }

    @Test
    void anExecutionThatTakesTooLongIsReleased() {
        rig.settings.limitExecutions(SHORT);
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
        rig.database.endLockSessions();
        rig.jdbc
                .sql("update execution_event set at = at - interval '1 h' where to_status = 'BUILDING'")
                .update();

        rig.settings.limitStages(Duration.ofMinutes(30));
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
        rig.settings.limitStages(Duration.ofMinutes(30));
        var execution = rig.start(rig.template(""));
        rig.jdbc.sql("update execution_event set at = at - interval '1 h'").update();

        rig.worker(engine, 1).ring();

        rig.await(execution, ExecutionStatus.SUCCESS);
    }

    @Test
    void aRegionThatHangsForEverCostsItsTargetAndNotTheExecutionAndCanBeRetried() throws Exception {
        rig.settings.limitStage(ExecutionStatus.DISTRIBUTING, Duration.ofSeconds(5));
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
        rig.settings.limitStages(Duration.ofHours(1));
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
        Awaitility.await().until(() -> {
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

    /** How soon is measured by ./kiln faults, on a machine that does nothing else. */
    @Test
    void aCancelWithALivingWorkerDoesNotWaitForItsDeadline() {
        engine.close();
        var execution = run();
        Awaitility.await().until(() -> engine.builds.get() == 1);

        rig.cancel(execution, Duration.ofHours(1));

        rig.await(execution, ExecutionStatus.CANCELLED);
        assertThat(engine.interrupted).hasValue(1);
    }

    private ExecutionId run() {
        var execution = rig.start(rig.template("RUN true"));
        rig.worker(engine, 1).ring();
        return execution;
    }

    private String log(ExecutionId execution) {
        return rig.jdbc
                .sql("select convert_from(string_agg(content, '' order by first_byte), 'UTF8') from build_log_chunk"
                        + " where execution_id = :id")
                .param("id", execution.value())
                .query(String.class)
                .single();
    }

    private int unfinishedShares() {
        return rig.jdbc
                .sql("select count(*) from image_share where state = 'PENDING'")
                .query(Integer.class)
                .single();
    }
}
