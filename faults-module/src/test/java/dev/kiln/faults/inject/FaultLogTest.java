package dev.kiln.faults.inject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.execution.Failure;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A fault excuses only the failures that it can cause: of that region, of that image, at that time. */
class FaultLogTest {

    private static final Instant BEGIN = Instant.parse("2026-11-30T12:00:00Z");
    private static final Instant END = BEGIN.plusSeconds(10);
    private static final Failure REFUSED = new Failure("BaseImage.Refused", "blob sha256:1 has the digest sha256:2");

    private final FaultLog log = new FaultLog();

    @Test
    void aFlippedByteExcusesTheTestOfThatImageAlone() {
        flipped("m-mine", BEGIN.plusSeconds(5));

        assertThat(explains(ExecutionStatus.TEST_FAILED, REFUSED, "m-mine")).isTrue();
        assertThat(explains(ExecutionStatus.TEST_FAILED, REFUSED, "m-other")).isFalse();
    }

    @Test
    void aFlippedByteIsNoExcuseForABaseImage() {
        flipped("m-mine", BEGIN.plusSeconds(5));

        assertThat(explains(ExecutionStatus.FAILED, REFUSED, "m-mine")).isFalse();
    }

    @Test
    void aByteThatWasFlippedAfterTheEndExcusesNothing() {
        flipped("m-mine", END.plusSeconds(1));

        assertThat(explains(ExecutionStatus.TEST_FAILED, REFUSED, "m-mine")).isFalse();
    }

    @Test
    void aBrokenRegionExcusesOnlyWhatNamesIt() {
        var at = BEGIN.plusSeconds(5);
        log.add(new Injected(FaultKind.REFUSING_REGION, "cn-beijing", at, at.plusSeconds(1), List.of()));

        assertThat(explains(ExecutionStatus.FAILED, unavailable("cn-beijing"), "m-mine"))
                .isTrue();
        assertThat(explains(ExecutionStatus.FAILED, unavailable("cn-shanghai"), "m-mine"))
                .isFalse();
        assertThat(explains(ExecutionStatus.TEST_FAILED, REFUSED, "m-mine")).isFalse();
    }

    /** Copies that failed are tried again when nothing is broken, and must succeed then. */
    @Test
    void nothingExcusesAFailedDistribution() {
        flipped("m-mine", BEGIN);
        for (var kind : FaultKind.values()) {
            log.add(new Injected(kind, "cn-beijing", BEGIN.minusSeconds(1), END, List.of()));
        }

        for (var status : ExecutionStatus.values()) {
            assertThat(explains(status, new Failure("DistributionFailed", "1 copy failed"), "m-mine"))
                    .as(status.name())
                    .isFalse();
        }
    }

    private void flipped(String image, Instant at) {
        log.add(new Injected(FaultKind.CORRUPT_COPY, image, at, at.plusSeconds(1), List.of()));
    }

    private boolean explains(ExecutionStatus status, Failure failure, String image) {
        return log.explains(status, failure, image, BEGIN, END);
    }

    private static Failure unavailable(String region) {
        return new Failure("RegionUnavailable", "region " + region + " cannot be written to: it is a file");
    }
}
