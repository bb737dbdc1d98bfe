package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BuildStateTest {

    private final BuildState state = BuildState.EMPTY.forTask(Map.of());

    @Test
    void variablesAreReplacedByWhatTheyWere() throws BuildFailedException {
        state.environment(Map.of("A", "1$2"));
        state.environment(Map.of("A", "2", "B", "<$A|${A}|\\$A|$NONE>"));

        assertThat(state.processEnvironment()).containsEntry("A", "2").containsEntry("B", "<1|1|$A|>");
    }

    @Test
    void aValueThatWouldFillTheMemoryIsRefusedBeforeItDoes() throws BuildFailedException {
        state.environment(Map.of("A", "x".repeat(32_000)));

        // Two hundred and twenty-four million characters.
        assertThatThrownBy(() -> state.environment(Map.of("B", "$A".repeat(7_000))))
                .isInstanceOf(BuildFailedException.class)
                .hasMessage("ENV B grows to more than 32768 characters; shorten it");
        assertThatThrownBy(() -> state.environment(Map.of("C", "x".repeat(32_769))))
                .isInstanceOf(BuildFailedException.class);
    }
}
