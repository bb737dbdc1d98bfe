package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long executions rest on a worker on which their runs end in trouble. */
class SetbacksTest {

    private static final ExecutionId ONE = new ExecutionId("exec-00000000000000000001");
    private static final ExecutionId OTHER = new ExecutionId("exec-00000000000000000002");

    private final Setbacks setbacks = new Setbacks();

    @Test
    void oneRestsLongerEachTimeUpToAMinute() {
        assertThat(setbacks.add(ONE)).isEqualTo(Duration.ofSeconds(1));
        assertThat(setbacks.add(ONE)).isEqualTo(Duration.ofSeconds(2));
        for (var more = 0; more < 9; more++) {
            setbacks.add(ONE);
        }
        assertThat(setbacks.add(ONE)).isEqualTo(Duration.ofMinutes(1));
        assertThat(setbacks.add(OTHER)).isEqualTo(Duration.ofSeconds(1));
        assertThat(setbacks.resting()).containsExactlyInAnyOrder(ONE, OTHER);
        setbacks.forget(ONE);
        assertThat(setbacks.resting()).containsExactly(OTHER);
    }

    @Test
    void forWantOfRoomOneRestsUntilEveryOtherWorkerHasLookedForIt() {
        assertThat(setbacks.addForRoom(ONE)).isEqualTo(Duration.ofSeconds(8));
        assertThat(setbacks.addForRoom(ONE)).isEqualTo(Duration.ofSeconds(16));
        assertThat(setbacks.addForRoom(ONE)).isEqualTo(Duration.ofSeconds(32));
    }
}
