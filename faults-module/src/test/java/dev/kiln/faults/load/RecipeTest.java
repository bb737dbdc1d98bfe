package dev.kiln.faults.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** An execution ended as its recipe says only for the reason that the recipe gives it. */
class RecipeTest {

    private static final String FAILED = "BuildCommand.Failed";

    private final Recipe.End failing = Recipe.failing("failing").end();

    @Test
    void aFailureOfItsCommandIsItsEnd() {
        assertThat(failing.is("FAILED", FAILED, "step 2 \"RUN exit 3\" ended with exit code 3"))
                .isTrue();
    }

    @Test
    void anotherCodeIsNotItsEnd() {
        assertThat(failing.is("FAILED", "InternalError", "it ended with exit code 3"))
                .isFalse();
    }

    @Test
    void aCommandThatSomethingElseKilledIsNotItsEnd() {
        assertThat(failing.is("FAILED", FAILED, "step 1 ended with exit code 137 (killed by signal 9)"))
                .isFalse();
    }

    @Test
    void anotherStatusIsNotItsEnd() {
        assertThat(failing.is("TEST_FAILED", FAILED, "step 2 ended with exit code 3"))
                .isFalse();
    }

    @Test
    void aSuccessHasNoCode() {
        var end = Recipe.whole("whole").end();

        assertThat(end.is("SUCCESS", "", "")).isTrue();
        assertThat(end.is("SUCCESS", "DistributionFailed", "1 copy failed")).isFalse();
    }
}
