package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import java.io.IOException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An execution is given up when it seems to kill its workers, and not when they stop for other reasons. */
@Timeout(60)
class FruitlessAttemptsIT {

    private final GatedEngine engine = new GatedEngine();
    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
    }

    @AfterEach
    void end() {
        engine.open();
        rig.close();
    }

    @Test
    void anExecutionWhoseWorkersDieAgainAndAgainEndsAsFailed() {
        var execution = rig.start(rig.template(""));
        for (var i = 0; i < Claims.MOST_FRUITLESS; i++) {
            rig.claim(execution, "killed by the build");
        }

        rig.worker(engine, 1).ring();
        rig.await(execution, ExecutionStatus.FAILED);

        assertThat(rig.column(execution, "error_code")).isEqualTo("Abandoned");
        assertThat(engine.builds).hasValue(0);
        rig.guaranteesHold();
    }

    @Test
    void anAttemptThatKeptAStepWasNotFruitless() {
        var execution = rig.start(rig.template(""));
        for (var i = 0; i < Claims.MOST_FRUITLESS; i++) {
            rig.claim(execution, "replaced");
        }
        rig.jdbc
                .sql(
                        "insert into build_step (execution_id, number, attempt, exit_code, log_end) values (:id, 1, 10, 0, 0)")
                .param("id", execution.value())
                .update();

        rig.worker(engine, 1).ring();

        rig.await(execution, ExecutionStatus.SUCCESS);
    }

    @Test
    void anAttemptWhoseWorkerLostItsLockWasNotDeadly() {
        var execution = rig.start(rig.template(""));
        for (var i = 1; i < Claims.MOST_FRUITLESS; i++) {
            rig.claim(execution, "killed by the build");
        }
        engine.close();
        rig.worker(engine, 1).ring();
        Awaitility.await().until(() -> engine.builds.get() == 1);
        rig.database.endLockSessions();
        Awaitility.await().until(() -> rig.column(execution, "survived_attempt").equals("" + Claims.MOST_FRUITLESS));

        engine.open();
        rig.worker(engine, 1).ring();

        rig.await(execution, ExecutionStatus.SUCCESS);
    }
}
