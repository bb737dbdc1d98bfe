package dev.kiln.worker.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PendingOutputTest {

    /** As a bar that shows progress, which has no line end. */
    @ParameterizedTest
    @ValueSource(ints = {9, 10, 11, 12})
    void whatIsKeptOfALongLineBeginsWithAWholeCharacter(int about) {
        var pending = new PendingOutput(100);
        var bytes = "████████".getBytes(StandardCharsets.UTF_8);
        pending.add(bytes, bytes.length);
        pending.keepLast(about);
        var kept = pending.head(100);
        assertThat(new String(kept.content(), StandardCharsets.UTF_8)).isEqualTo("█".repeat(about / 3));
        assertThat(kept.first()).isEqualTo(100 + bytes.length - about / 3 * 3);
    }
}
