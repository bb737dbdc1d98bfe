package dev.kiln.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What those who follow an execution are told by. */
class FollowedTest {

    @Test
    void theEndIsToldToNobodyWhoHasNotReadTheLastLines() {
        var running = new LiveRows.Seen(ExecutionStatus.RELEASING, "4", 10, false);
        var followed = new Followed(new ExecutionId("exec-" + "a".repeat(20)), running);
        assertThat(followed.from(10)).isEmpty();

        // Between what a reader asks first, whether there is more, and what he asks then, whether that was all.
        var lines = new Followed.Sent(10, 15, new byte[] {1});
        followed.take(new LiveRows.Seen(ExecutionStatus.SUCCESS, "5", 15, false), List.of(lines));

        assertThat(followed.isOver(10)).isFalse();
        assertThat(followed.from(10)).contains(lines);
        assertThat(followed.isOver(15)).isTrue();
    }
}
