package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TailTest {

    /** As a bar that shows progress, which has no line end. */
    @ParameterizedTest
    @ValueSource(ints = {9, 10, 11, 12})
    void whatIsKeptOfALongLineBeginsWithAWholeCharacter(int size) {
        var tail = new Tail(size);
        var bytes = "████████".getBytes(StandardCharsets.UTF_8);
        tail.add(bytes, bytes.length);
        assertThat(tail.text()).isEqualTo("█".repeat(size / 3));
    }
}
