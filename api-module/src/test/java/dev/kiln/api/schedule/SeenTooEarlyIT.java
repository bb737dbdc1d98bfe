package dev.kiln.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A process that saw what is due before another decided on it, and comes to it after that, decides nothing. */
class SeenTooEarlyIT {

    private final TestSchedulers here = new TestSchedulers();
    private final Decisions decisions = TestSchedulers.server().bean(Decisions.class);

    @AfterEach
    void leaveNothing() {
        here.leaveNothing();
    }

    @Test
    void aScheduleThatWasStartedIsNotStartedAgainThoughItsExecutionHasEnded() {
        var template = here.template();
        here.due(template, "queue");
        var seen = decisions.due(here.clock.now);
        assertThat(seen).hasSize(1);

        assertThat(here.first.look()).isEqualTo(1);
        here.finishAll(template);

        assertThat(decisions.onSchedule(seen.get(0), here.clock.now)).isEmpty();
        assertThat(here.executions(template)).hasSize(1);
    }

    @Test
    void aBaseImageThatWasBuiltOnIsNotBuiltOnAgain() {
        here.objects.image("older", "base-family");
        var template = here.rebuilt("base-family", "");
        here.objects.image("newer", "base-family");
        var seen = decisions.changed();
        assertThat(seen).hasSize(1);

        assertThat(here.first.compare()).isEqualTo(1);
        here.finishAll(template);

        assertThat(decisions.onBase(seen.get(0), here.clock.now)).isEmpty();
        assertThat(here.executions(template)).hasSize(1);
    }
}
