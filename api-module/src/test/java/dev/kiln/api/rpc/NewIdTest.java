package dev.kiln.api.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NewIdTest {

    @Test
    void whatIsMadeInALaterMillisecondSortsBehind() {
        var first = NewId.execution().value();
        long millisecond = System.currentTimeMillis();
        while (System.currentTimeMillis() == millisecond) {
            Thread.onSpinWait();
        }
        var second = NewId.execution().value();

        assertThat(first).matches("exec-[a-z0-9]{20}").isLessThan(second);
    }

    @Test
    void noTwoAreTheSame() {
        assertThat(Stream.generate(NewId::task).limit(10_000)).doesNotHaveDuplicates();
    }
}
