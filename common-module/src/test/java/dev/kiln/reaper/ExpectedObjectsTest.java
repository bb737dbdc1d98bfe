package dev.kiln.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpectedObjectsTest {

    @Test
    void whatWasSeenIsNotMissing() {
        var expected = new ExpectedObjects();
        for (int number = 0; number < 5000; number++) {
            expected.add("images/m-" + number, "d" + number);
        }
        expected.complete();

        for (int number = 4999; number > 0; number--) {
            assertThat(expected.see("images/m-" + number, "d" + number)).isTrue();
        }

        assertThat(expected.allSeen()).isFalse();
        assertThat(expected.isMissing("images/m-0", "d0")).isTrue();
        assertThat(expected.isMissing("images/m-1", "d1")).isFalse();
        assertThat(expected.see("images/m-0", "d1")).as("another content").isFalse();
        assertThat(expected.see("images/m-5000", "d5000")).as("nobody's").isFalse();
        assertThat(expected.isMissing("images/m-5000", "d5000")).isFalse();
        assertThat(expected.see("images/m-0", "d0")).isTrue();
        assertThat(expected.allSeen()).isTrue();
    }

    @Test
    void aRegionThatHasToHaveNothingLacksNothing() {
        var expected = new ExpectedObjects();
        expected.complete();

        assertThat(expected.allSeen()).isTrue();
        assertThat(expected.see("a", "b")).isFalse();
    }
}
