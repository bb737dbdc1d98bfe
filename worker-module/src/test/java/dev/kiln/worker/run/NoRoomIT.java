package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker whose disk runs full leaves its execution to one that has room, a few times. */
@Timeout(60)
class NoRoomIT {

    private final GatedEngine full = new GatedEngine();
    private final GatedEngine roomy = new GatedEngine();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
        full.beFull(() -> {});
    }

    @AfterEach
    void end() {
        full.open();
        rig.close();
    }

    @Test
    void aBuildGoesOnWhereThereIsRoomAndTheFullDiskIsClearedAtOnce() {
        var execution = rig.start(rig.template(""));
        var first = rig.worker(full, 1);
        sweepUntilFree(first);

        assertThat(full.builds).hasValue(1);
        assertThat(full.scratch).isEmpty();
        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.BUILDING);
        assertThat(rig.column(execution, "no_room")).isEqualTo("1");
        assertThat(rig.column(execution, "survived_attempt")).isEqualTo("1");
        assertThat(log(execution)).contains("stopped: this worker's disk has no room left for it");
        rig.sweep(first);
        assertThat(first.free()).as("it rests there").isEqualTo(1);

        rig.sweep(rig.worker(roomy, 1));
        rig.await(execution, ExecutionStatus.SUCCESS);
        assertThat(roomy.builds).hasValue(1);
        assertThat(rig.column(execution, "attempt")).isEqualTo("2");
        rig.guaranteesHold();
    }

    @Test
    void aTestGoesOnWhereThereIsRoomWithoutAnotherBuild() {
        var execution = rig.start(rig.template("RUN true"));
        var other = new GatedEngine();
        other.closeTests();
        var first = rig.worker(other, 1);
        rig.sweep(first);
        Awaitility.await().until(() -> other.tested.containsKey(execution.value()));
        other.beFull(() -> {});
        other.open();
        awaitFree(first);

        assertThat(other.scratch).isEmpty();
        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.TESTING);
        rig.sweep(rig.worker(roomy, 1));
        rig.await(execution, ExecutionStatus.SUCCESS);
        assertThat(roomy.tested).containsKey(execution.value());
        assertThat(roomy.builds).hasValue(0);
        rig.guaranteesHold();
    }

    @Test
    void whatFillsTheDisksOfFourWorkersFails() {
        var execution = rig.start(rig.template(""));
        for (var left = 1; left <= Claims.MOST_LEFT_FOR_ROOM; left++) {
            sweepUntilFree(rig.worker(full, 1));
            assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.BUILDING);
            assertThat(rig.column(execution, "no_room")).isEqualTo("" + left);
        }
        sweepUntilFree(rig.worker(full, 1));

        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.FAILED);
        assertThat(rig.column(execution, "error_code")).isEqualTo("Worker.NoRoom");
        assertThat(rig.column(execution, "error_info"))
                .contains("4 times", "worker-3", "3 times at most", "kiln.engine.directory");
        assertThat(full.builds).hasValue(4);
        assertThat(full.scratch).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void whatIsCancelledMeanwhileIsCancelledHere() {
        var execution = rig.start(rig.template(""));
        full.beFull(() -> rig.cancel(execution, Duration.ofHours(1)));
        sweepUntilFree(rig.worker(full, 1));

        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.CANCELLED);
        assertThat(rig.column(execution, "no_room")).isEqualTo("0");
        assertThat(rig.column(execution, "attempt")).isEqualTo("1");
        rig.guaranteesHold();
    }

    @Test
    void anAttemptThatIsSupersededMeanwhileCountsNothing() {
        var execution = rig.start(rig.template(""));
        full.beFull(() -> rig.claim(execution, "its successor"));
        sweepUntilFree(rig.worker(full, 1));

        assertThat(rig.column(execution, "no_room")).isEqualTo("0");
        assertThat(rig.column(execution, "attempt")).isEqualTo("2");
        rig.sweep(rig.worker(roomy, 1));
        rig.await(execution, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    @Test
    void onlyTheCurrentAttemptInItsStatusIsCounted() {
        var execution = rig.start(rig.template(""));
        var older = rig.claim(execution, "one");
        var newer = rig.claim(execution, "two");

        assertThat(rig.executions.leaveForRoom(older)).isEmpty();
        assertThat(rig.executions.leaveForRoom(newer)).hasValue(1);
        assertThat(rig.executions.leaveForRoom(newer)).hasValue(2);
        rig.cancel(execution, Duration.ofHours(1));
        assertThat(rig.executions.leaveForRoom(newer)).isEmpty();
        assertThat(rig.column(execution, "no_room")).isEqualTo("2");
    }

    @Test
    void whatPackerBeganIsNotBegunElsewhere() {
        var execution = packerExecution();
        sweepUntilFree(rig.worker(full, 1));

        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.FAILED);
        assertThat(rig.column(execution, "error_code")).isEqualTo("InternalError");
        assertThat(rig.column(execution, "error_info")).contains("only 7 bytes are free");
        assertThat(rig.column(execution, "no_room")).isEqualTo("0");
    }

    private ExecutionId packerExecution() {
        var template = rig.template("");
        rig.jdbc
                .sql("update template set packer_file = 'image.pkr.hcl' where id = :id")
                .param("id", template.value())
                .update();
        return rig.start(template);
    }

    private String log(ExecutionId execution) {
        return rig.jdbc
                .sql("select convert_from(string_agg(content, '' order by first_byte), 'UTF8') from build_log_chunk"
                        + " where execution_id = :id")
                .param("id", execution.value())
                .query(String.class)
                .single();
    }

    private void sweepUntilFree(ExecutionSlots worker) {
        rig.sweep(worker);
        assertThat(worker.free()).isZero();
        awaitFree(worker);
    }

    private static void awaitFree(ExecutionSlots worker) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> worker.free() == 1);
    }
}
