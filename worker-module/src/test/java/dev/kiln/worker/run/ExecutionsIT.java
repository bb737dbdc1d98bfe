package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.account.AccountId;
import dev.kiln.database.LockSessions;
import dev.kiln.execution.Advance;
import dev.kiln.execution.CancelAnswer;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.Outcome;
import dev.kiln.execution.SupersededException;
import dev.kiln.image.ImageId;
import dev.kiln.image.ImageKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rows of executions under simultaneous starts, claims and cancels. */
class ExecutionsIT {

    private static final Duration HOUR = Duration.ofHours(1);

    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
    }

    @Test
    void ofManySimultaneousStartsOneWins() throws Exception {
        var template = rig.template("");
        var starts = new ArrayList<Callable<Optional<ExecutionId>>>();
        for (var i = 0; i < 16; i++) {
            var number = 900 + i;
            starts.add(() -> rig.executions.start(
                    new ExecutionId("exec-%020d".formatted(number)),
                    new ImageId("m-%020d".formatted(number)),
                    template,
                    Rig.OWNER,
                    List.of(),
                    Optional.empty()));
        }
        var threads = Executors.newFixedThreadPool(16);

        var accepted = 0;
        for (var each : threads.invokeAll(starts)) {
            accepted += each.get().isPresent() ? 1 : 0;
        }
        threads.shutdown();

        assertThat(accepted).isEqualTo(1);
        assertThat(rig.jdbc
                        .sql("select count(*) from execution_event")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void aTemplateOfAnotherAccountCannotBeStarted() {
        assertThat(rig.executions.start(
                        new ExecutionId("exec-%020d".formatted(1)),
                        new ImageId("m-1"),
                        rig.template(""),
                        new AccountId(2002),
                        List.of(),
                        Optional.empty()))
                .isEmpty();
    }

    @Test
    void anAdvanceAfterACancelReturnsTheCancel() {
        var execution = rig.start(rig.template(""));
        var attempt = rig.claim(execution, "one");
        rig.cancel(execution, HOUR);

        var now = rig.executions.advance(attempt, Advance.to(ExecutionStatus.BUILDING, "checked"));

        assertThat(now.status()).isEqualTo(ExecutionStatus.CANCELLING);
    }

    @Test
    void aSupersededAttemptCannotAdvance() {
        var execution = rig.start(rig.template(""));
        var older = rig.claim(execution, "one");
        var newer = rig.claim(execution, "two");

        assertThatThrownBy(() -> rig.executions.advance(older, Advance.to(ExecutionStatus.BUILDING, "")))
                .isInstanceOf(SupersededException.class);
        assertThat(rig.executions
                        .advance(newer, Advance.to(ExecutionStatus.BUILDING, ""))
                        .status())
                .isEqualTo(ExecutionStatus.BUILDING);
    }

    @Test
    void changesThatAreWrittenTogetherAreEventsOfTheirOwn() {
        var execution = rig.start(rig.template(""));
        var attempt = rig.claim(execution, "one");

        var now = rig.executions.advance(
                attempt,
                Advance.to(ExecutionStatus.BUILDING, "checked"),
                Advance.to(ExecutionStatus.DISTRIBUTING, "built"),
                Advance.releasing(Outcome.SUCCESS, Failure.NONE, ""));

        assertThat(now.status()).isEqualTo(ExecutionStatus.RELEASING);
        assertThat(now.outcome()).contains(Outcome.SUCCESS);
        assertThat(rig.jdbc.sql("""
                                select concat_ws(' ', sequence, from_status, to_status, message) from execution_event
                                 order by id
                                """).query(String.class).list())
                .satisfiesExactly(
                        start -> assertThat(start).startsWith("1 PREPARING"),
                        building -> assertThat(building).isEqualTo("2 PREPARING BUILDING checked"),
                        distributing -> assertThat(distributing).isEqualTo("3 BUILDING DISTRIBUTING built"),
                        releasing -> assertThat(releasing).isEqualTo("4 DISTRIBUTING RELEASING built"));
        assertThat(rig.column(execution, "message")).isEqualTo("built");
        assertThat(rig.column(execution, "version")).isEqualTo("4");
    }

    @Test
    void ofChangesThatAreWrittenTogetherNoneIsMadeWhenOneIsNotInTheTable() {
        var execution = rig.start(rig.template(""));
        var attempt = rig.claim(execution, "one");

        assertThatThrownBy(() -> rig.executions.advance(
                        attempt,
                        Advance.to(ExecutionStatus.BUILDING, "checked"),
                        Advance.to(ExecutionStatus.SUCCESS, "")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("BUILDING is not followed by SUCCESS");
        assertThat(rig.status(execution)).isEqualTo(ExecutionStatus.PREPARING);
    }

    @Test
    void ofChangesThatAreWrittenTogetherTheLastAloneMayFail() {
        var attempt = rig.claim(rig.start(rig.template("")), "one");

        assertThatThrownBy(() -> rig.executions.advance(
                        attempt,
                        Advance.releasing(Outcome.FAILED, new Failure("Some.Code", "because"), "because"),
                        Advance.to(ExecutionStatus.FAILED, "")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofChangesThatAreWrittenTogetherNoneIsMadeAfterACancel() {
        var execution = rig.start(rig.template(""));
        var attempt = rig.claim(execution, "one");
        rig.cancel(execution, HOUR);

        var now = rig.executions.advance(
                attempt,
                Advance.to(ExecutionStatus.BUILDING, "checked"),
                Advance.to(ExecutionStatus.DISTRIBUTING, "built"));

        assertThat(now.status()).isEqualTo(ExecutionStatus.CANCELLING);
        assertThat(rig.transitions()).containsExactly("PREPARING CANCELLING");
        assertThat(rig.column(execution, "version")).isEqualTo("2");
    }

    @Test
    void aTransitionThatIsNotInTheTableIsRefused() {
        var attempt = rig.claim(rig.start(rig.template("")), "one");

        assertThatThrownBy(() -> rig.executions.advance(attempt, Advance.to(ExecutionStatus.SUCCESS, "")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("PREPARING is not followed by SUCCESS");
    }

    @Test
    void aFinalExecutionIsNeitherClaimedNorCancelled() {
        var execution = rig.start(rig.template(""));
        var attempt = rig.claim(execution, "one");
        attempt = rig.executions.advance(
                attempt, Advance.releasing(Outcome.FAILED, new Failure("Some.Code", "because"), "because"));
        attempt = rig.executions.advance(attempt, Advance.to(ExecutionStatus.FAILED, ""));

        assertThat(attempt.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(rig.executions.claim(rig.jdbc, execution, "two", "somewhere"))
                .isEmpty();
        assertThat(rig.cancel(execution, HOUR)).isEqualTo(CancelAnswer.FINISHED);
        assertThat(rig.column(execution, "message")).isEqualTo("because");
        assertThat(rig.column(execution, "error_code")).isEqualTo("Some.Code");
    }

    @Test
    void whatAnotherAccountHasIsUnknown() {
        var execution = rig.start(rig.template(""));

        assertThat(rig.executions.requestCancel(execution, new AccountId(2002), HOUR))
                .isEqualTo(CancelAnswer.NOT_FOUND);
    }

    @Test
    void aClaimWritesDownWhatItsAttemptMayLeaveBehind() {
        var execution = rig.start(rig.template(""));

        var attempt =
                rig.executions.claim(rig.jdbc, execution, "one", "engine-1").orElseThrow();

        assertThat(rig.jdbc
                        .sql("select kind || ' ' || place || ' ' || name from intent_state where alive order by kind")
                        .query(String.class)
                        .list())
                .containsExactly(
                        "COPY cn-one " + ImageKeys.image(attempt.image()).value(), "SCRATCH engine-1 " + execution);
    }

    @Test
    void anExecutionWithoutAHolderIsAnOrphanAndOneWithAHolderIsNot() throws Exception {
        var template = rig.template("");
        var execution = rig.start(template);
        try (var lock =
                new TemplateLock(new LockSessions(rig.database.url(), rig.database.user(), rig.database.password()))) {
            assertThat(rig.queue.next(10, List.of(), Set.of(), true)).containsExactly(execution);
            assertThat(lock.tryLock(execution)).contains(template);
            assertThat(rig.queue.next(10, List.of(), Set.of(), true)).isEmpty();
            lock.unlock(template);
            assertThat(rig.queue.next(10, List.of(), Set.of(), true)).containsExactly(execution);
        }
    }
}
