package dev.kiln.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Whatever a failure quotes, it can be stored and published. */
class FailureTest {

    @Test
    void aTextOfAnyLengthKeepsItsBeginningAndItsEnd() {
        var text = "the user \"" + "x".repeat(3_000_000) + "\" is not one";
        for (var kept : new String[] {
            new Failure("BaseImage.Refused", text).info(),
            Advance.to(ExecutionStatus.BUILDING, text).message()
        }) {
            assertThat(kept)
                    .startsWith("the user \"xxx")
                    .contains("the middle is left out")
                    .endsWith("xxx\" is not one")
                    .hasSizeLessThanOrEqualTo(16_000);
        }
    }

    @Test
    void noCharacterIsCutInHalf() {
        for (var before = 0; before < 2; before++) {
            var kept = new Failure("", "x".repeat(before) + "😀".repeat(40_000)).info();
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(kept)).isTrue();
        }
    }

    @Test
    void aTextOfUsualLengthStaysAsItIsButForWhatPostgresCannotStore() {
        assertThat(new Failure("", "a\0b" + "c".repeat(15_000)).info()).isEqualTo("ab" + "c".repeat(15_000));
    }
}
