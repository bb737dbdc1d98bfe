package dev.kiln.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.management.HealthCheck.Need;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HealthTest {

    private static final Duration LONG = Duration.ofHours(1);

    private static HealthCheck failing(Need need) {
        return new HealthCheck(need.name(), need, LONG, () -> {
            throw new IOException("away");
        });
    }

    @Test
    void aFailureCountsForWhatIsLostWithItAndIsToldOtherwise() {
        for (var need : Need.values()) {
            try (var health = new Health(List.of(failing(need)))) {
                assertThat(health.report(Need.HEALTH).up())
                        .as("health, %s", need)
                        .isEqualTo(need == Need.TOLD);
                assertThat(health.report(Need.WORK).up())
                        .as("readiness, %s", need)
                        .isEqualTo(need.compareTo(Need.WORK) < 0);
                assertThat(health.report(Need.LIFE).up())
                        .as("liveness, %s", need)
                        .isEqualTo(need.compareTo(Need.LIFE) < 0);
                assertThat(health.report(Need.HEALTH).checks().get(need.name()))
                        .isEqualTo(new Health.Finding(false, "IOException: away"));
            }
        }
    }

    @Test
    void whatWasSeenCountsForAWhileHoweverOftenItIsAskedFor() {
        var looks = new AtomicInteger();
        var check = new HealthCheck("one", Need.WORK, LONG, () -> "look " + looks.incrementAndGet());
        try (var health = new Health(List.of(check))) {
            health.report(Need.WORK);
            assertThat(health.report(Need.HEALTH).checks().get("one").detail()).isEqualTo("look 1");
        }
        assertThat(looks).hasValue(1);
    }

    @Test
    void aCheckThatHangsHasFailedAndIsNotBegunTwice() {
        var looks = new AtomicInteger();
        var never = new CountDownLatch(1);
        var check = new HealthCheck("hanging", Need.LIFE, Duration.ZERO, () -> {
            looks.incrementAndGet();
            never.await();
            return "";
        });
        try (var health = new Health(List.of(check))) {
            assertThat(health.report(Need.LIFE).up()).isFalse();
            var begun = System.nanoTime();
            assertThat(health.report(Need.LIFE).checks().get("hanging").detail())
                    .startsWith("no answer for ");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        }
        assertThat(looks).hasValue(1);
    }
}
