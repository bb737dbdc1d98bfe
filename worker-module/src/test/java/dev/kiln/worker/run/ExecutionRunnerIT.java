package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.account.AccountId;
import dev.kiln.execution.CancelAnswer;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.RetryAnswer;
import dev.kiln.image.ImageForm;
import dev.kiln.region.RegionId;
import dev.kiln.worker.engine.BuildFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Executions through real stages, a real database and real region directories; the engine is held open from outside.
 */
@Timeout(180)
class ExecutionRunnerIT {

    private static final Duration NEVER = Duration.ofHours(1);

    private static final Set<String> TAKEN = new TreeSet<>();
    private static int testsRun;

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
        TAKEN.addAll(rig.transitions());
        testsRun++;
    }

    @AfterAll
    static void everyDeclaredTransitionWasTakenByTheseTests() {
        var tests = Stream.of(ExecutionRunnerIT.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .count();
        var declared = Stream.of(ExecutionStatus.values())
                .flatMap(from -> from.successors().stream().map(to -> from + " " + to))
                .toList();

        // Says nothing when somebody runs a single test.
        assertThat(testsRun < tests ? declared : TAKEN).containsAll(declared);
    }

    @Test
    void anExecutionEndsWithACopyInEveryRegionAndEveryShare() {
        var execution = rig.start(rig.template("RUN true"));

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(rig.copies(execution).values()).containsExactly("COPIED", "COPIED", "COPIED");
        assertThat(rig.jdbc.sql("""
                                select c.region_id || ' ' || s.account_id || ' ' || s.state
                                  from image_share s join image_copy c on c.id = s.image_id order by 1
                                """).query(String.class).list())
                .containsExactly("cn-one 2002 SHARED", "cn-three 2002 SHARED", "cn-two 2002 SHARED");
        assertThat(engine.scratch).isEmpty();
        rig.guaranteesHold();
    }

    @ParameterizedTest
    @CsvSource({"'',PREPARING|BUILDING", "RUN true,PREPARING|BUILDING|TESTING"})
    void aDistributionThatHasNothingToDoBeginsAndEndsWithTheEndOfTheStageBefore(String test, String before) {
        var template = rig.template(test);
        rig.jdbc
                .sql("update template set to_region_ids = '{}', add_accounts = '{}'")
                .update();
        var execution = rig.start(template);

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(rig.copies(execution).values()).containsExactly("COPIED");
        assertThat(rig.jdbc
                        .sql("select string_agg(to_status, ' ' order by sequence) from execution_event"
                                + " where execution_id = :id group by xmin::text order by min(sequence)")
                        .param("id", execution.value())
                        .query(String.class)
                        .list())
                .containsExactly((before + "|DISTRIBUTING RELEASING|SUCCESS").split("\\|"));
        rig.guaranteesHold();
    }

    @Test
    void aFailingCommandEndsInFailedWithItsReasonAndNoImage() {
        var execution = rig.start(rig.template(""));
        engine.fail(execution.value(), new BuildFailedException("BuildCommand.Failed", "step 1 ended with 7"));

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("BuildCommand.Failed");
        assertThat(rig.column(execution, "message")).isEqualTo("step 1 ended with 7");
        assertThat(rig.copies(execution)).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aFailingTestEndsInTestFailedWithTheImageAtHomeAlone() {
        var execution = rig.start(rig.template("RUN false"));
        engine.failTest(execution.value(), new BuildFailedException("BuildCommand.Failed", "step 1 ended with 1"));

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.TEST_FAILED);

        assertThat(rig.copies(execution)).containsExactly(Map.entry("cn-one", "COPIED"));
        rig.guaranteesHold();
    }

    @Test
    void aTemplateThatMakesDisksHasThemTestedAsDisksAndKnownAsSuchInEveryRegion() {
        var template = rig.template("RUN true");
        rig.jdbc.sql("update template set output_form = 'QCOW2'").update();
        var execution = rig.start(template);

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(engine.tested).containsEntry(execution.value(), new ImageForm(ImageForm.Kind.QCOW2, 1 << 20));
        assertThat(rig.jdbc
                        .sql("select form from image_copy where execution_id = :id")
                        .param("id", execution.value())
                        .query(String.class)
                        .list())
                .containsOnly("QCOW2")
                .hasSizeGreaterThan(1);
        rig.guaranteesHold();
    }

    @Test
    void anAccountThatDoesNotExistIsFoundBeforeAnythingIsBuilt() {
        var template = rig.template("");
        rig.jdbc.sql("update template set add_accounts = '{99}'").update();
        var execution = rig.start(template);

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("InvalidAccount.NotFound");
        assertThat(engine.builds).hasValue(0);
        rig.guaranteesHold();
    }

    @Test
    void aCancelInterruptsTheBuildAndRemovesEverything() {
        engine.close();
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);

        // In one transaction, before whose end the worker sees neither.
        var answers = rig.database
                .transaction()
                .execute(begun -> List.of(rig.cancel(execution, NEVER), rig.cancel(execution, NEVER)));
        assertThat(answers).containsExactly(CancelAnswer.ACCEPTED, CancelAnswer.NOT_CANCELLABLE_NOW);
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(rig.cancel(execution, NEVER)).isEqualTo(CancelAnswer.FINISHED);
        assertThat(engine.interrupted).hasValue(1);
        assertThat(engine.scratch).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aCancelDuringTheTestRemovesTheImageToo() {
        engine.closeTests();
        var execution = rig.start(rig.template("RUN true"));
        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.TESTING);

        rig.cancel(execution, NEVER);
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(rig.copies(execution)).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aCancelDuringDistributionRemovesEveryCopy() throws InterruptedException {
        broken.hold("cn-two");
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        broken.awaitHeld();

        rig.cancel(execution, NEVER);
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(rig.copies(execution)).isEmpty();
        rig.guaranteesHold();
    }

    @Test
    void aCancelBeforeAnyWorkerHasItEndsToo() {
        var execution = rig.start(rig.template(""));
        rig.cancel(execution, NEVER);

        rig.sweep(rig.worker(engine, 1));
        rig.await(execution, ExecutionStatus.CANCELLED);

        assertThat(engine.builds).hasValue(0);
        rig.guaranteesHold();
    }

    @Test
    void aCancelEndsAtItsDeadlineEvenIfTheEngineHangsAndTheSleeperWritesNothingMore() {
        engine.close();
        engine.beDeaf();
        var late = broken.holdWhenDurable("cn-one");
        late.release();
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);
        rig.database.endLockSessions();

        rig.cancel(execution, Duration.ofMillis(1));
        Awaitility.await().untilAsserted(() -> {
            rig.cancels.overdue();
            assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.CANCELLED);
        });
        Awaitility.await().until(() -> engine.interrupted.get() == 1);
        engine.open();

        Awaitility.await().until(() -> late.refused().isPresent());
        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.CANCELLED);
        assertThat(rig.copies(execution)).doesNotContainValue("COPIED");
    }

    @Test
    void oneBadRegionHarmsNoOtherAndIsRetriedAlone() {
        broken.breakDown("cn-two");
        var execution = rig.start(rig.template(""));
        var worker = rig.worker(engine, 1);

        worker.ring();
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        awaitIdle(worker);

        assertThat(broken.refused).hasValue(3);
        assertThat(rig.copies(execution).values()).containsExactly("COPIED", "COPIED", "FAILED");
        assertThat(rig.jdbc
                        .sql("select error_info from image_copy where state = 'FAILED'")
                        .query(String.class)
                        .single())
                .contains("did not take the image in 3 tries", "closed for repairs")
                .doesNotContain(BrokenRegions.KEPT_IN);
        assertThat(rig.executions.retry(execution, new AccountId(5))).isEqualTo(RetryAnswer.NOT_FOUND);
        broken.mend("cn-two");
        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.ACCEPTED);
        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.NOT_FINISHED);
        assertThat(rig.cancel(execution, NEVER)).isEqualTo(CancelAnswer.NOT_CANCELLABLE_NOW);
        rig.sweep(worker);
        rig.await(execution, ExecutionStatus.SUCCESS);

        assertThat(engine.builds).hasValue(1);
        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.NOTHING_FAILED);
        rig.guaranteesHold();
    }

    @Test
    void oneOfSeveralRegionsThatFailedIsRetriedAlone() {
        broken.breakDown("cn-two");
        broken.breakDown("cn-three");
        var execution = rig.start(rig.template(""));
        var worker = rig.worker(engine, 1);
        worker.ring();
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        awaitIdle(worker);
        broken.mend("cn-two");
        broken.mend("cn-three");

        assertThat(rig.executions.retry(execution, Rig.OWNER, Optional.of(Rig.HOME)))
                .isEqualTo(RetryAnswer.NOTHING_FAILED);
        assertThat(rig.executions.retry(execution, Rig.OWNER, Optional.of(new RegionId("cn-two"))))
                .isEqualTo(RetryAnswer.ACCEPTED);
        rig.sweep(worker);
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);

        assertThat(rig.copies(execution)).containsEntry("cn-two", "COPIED").containsEntry("cn-three", "FAILED");
        assertThat(engine.builds).hasValue(1);
        rig.guaranteesHold();
    }

    @Test
    void aRetryIsRefusedWhileAnotherExecutionOfTheTemplateRuns() {
        broken.breakDown("cn-two");
        var template = rig.template("");
        var execution = rig.start(template);
        var worker = rig.worker(engine, 1);
        worker.ring();
        rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);
        awaitIdle(worker);
        var other = rig.start(template);

        assertThat(rig.executions.retry(execution, Rig.OWNER)).isEqualTo(RetryAnswer.OTHER_RUNNING);

        broken.mend("cn-two");
        sweepUntilSuccess(worker, other);
        rig.guaranteesHold();
    }

    @Test
    void aWorkerThatLosesItsLockStopsAndAnotherGoesOnWhereItStood() {
        engine.close();
        var execution = rig.start(rig.template(""));
        var first = rig.worker(engine, 1);
        first.ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);

        rig.database.endLockSessions();
        awaitIdle(first);
        Awaitility.await().until(() -> engine.interrupted.get() == 1);
        engine.open();
        sweepUntilSuccess(rig.worker(engine, 1), execution);

        assertThat(rig.column(execution, "attempt")).isEqualTo("2");
        rig.guaranteesHold();
    }

    @Test
    void whileALockIsHeldNoOtherWorkerTouchesTheTemplate() {
        engine.close();
        var execution = rig.start(rig.template(""));
        rig.worker(engine, 1).ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);

        assertThat(rig.queue.next(10, List.of(), Set.of(), true)).isEmpty();
        var other = rig.worker(engine, 1);
        other.ring();
        Awaitility.await().until(() -> other.free() == 1);

        assertThat(rig.column(execution, "attempt")).isEqualTo("1");
        engine.open();
        rig.await(execution, ExecutionStatus.SUCCESS);
        rig.guaranteesHold();
    }

    @Test
    void aStoppedWorkerLeavesItsExecutionsToTheOthers() {
        engine.close();
        var executions = List.of(rig.start(rig.template("")), rig.start(rig.template("")));
        var first = rig.worker(engine, 2);
        executions.forEach(each -> first.ring());
        Awaitility.await().until(() -> engine.builds.get() == 2);

        first.close();
        engine.open();
        var second = rig.worker(engine, 2);
        executions.forEach(each -> sweepUntilSuccess(second, each));

        rig.guaranteesHold();
    }

    /** An execution's end is seen before its worker looks for the next one. */
    private static void awaitIdle(ExecutionSlots worker) {
        Awaitility.await().until(() -> worker.free() == 1);
    }

    /** The server may free the locks of a session some time after its end. */
    private void sweepUntilSuccess(ExecutionSlots worker, ExecutionId execution) {
        Awaitility.await().until(() -> {
            rig.sweep(worker);
            return rig.status(execution) == ExecutionStatus.SUCCESS;
        });
    }
}
