package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.Advance;
import dev.kiln.execution.CancelAnswer;
import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import dev.kiln.execution.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cancel is of one execution, and of no other that has to do with it. */
class CancelsIT {

    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
    }

    @AfterEach
    void end() {
        rig.close();
    }

    @Test
    void ofOneThatHasEndedItDoesNotDisturbTheNextOfItsTemplate() {
        var template = rig.template("");
        var ended = rig.start(template);
        var attempt = rig.executions.advance(
                rig.claim(ended, "one"), Advance.releasing(Outcome.FAILED, new Failure("Some.Code", "why"), "why"));
        rig.executions.advance(attempt, Advance.to(ExecutionStatus.FAILED, ""));
        var next = rig.start(template);

        assertThat(rig.cancel(ended, Duration.ofHours(1))).isEqualTo(CancelAnswer.FINISHED);

        assertThat(rig.status(next)).isEqualTo(ExecutionStatus.PREPARING);
        assertThat(rig.status(ended)).isEqualTo(ExecutionStatus.FAILED);
    }

    @Test
    void atADeadlineThatHasPassedItEndsAndNoOtherDoes() {
        var running = rig.start(rig.template(""));
        var early = rig.start(rig.template(""));
        var late = rig.start(rig.template(""));
        for (var each : List.of(running, early, late)) {
            rig.claim(each, "one");
        }
        rig.cancel(early, Duration.ofHours(1));
        rig.cancel(late, Duration.ZERO);

        assertThat(rig.cancels.ofUntouched()).isEmpty();
        assertThat(rig.cancels.overdue()).containsExactly(late);

        assertThat(rig.status(running)).isEqualTo(ExecutionStatus.PREPARING);
        assertThat(rig.status(early)).isEqualTo(ExecutionStatus.CANCELLING);
        assertThat(rig.column(early, "attempt")).isEqualTo("1");
        assertThat(rig.status(late)).isEqualTo(ExecutionStatus.CANCELLED);
    }
}
