package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunNameTest {

    /** What has another name is no run to those who clear away after a worker that died. */
    @ParameterizedTest
    @ValueSource(strings = {"build", "test", "packer"})
    void aRunIsKnownByItsName(String kind) {
        assertThat(RunName.isRun(RunName.of(kind, 1))).isTrue();
        assertThat(RunName.isSuperseded(RunName.of(kind, 1), kind, 2)).isTrue();
        assertThat(RunName.isSuperseded(RunName.of(kind, 3), kind, 2)).isFalse();
    }
}
