package dev.kiln.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.faults.Coverage.Faults;
import dev.kiln.faults.Coverage.Places;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A run that did not do what it was asked for proves nothing, and says so. */
class CoverageTest {

    private static final Places ALL_PLACES = new Places(92, 92);

    @Test
    void killsOfTheTourAreNoFaultsOfTheRest() {
        assertThat(new Coverage(Optional.of(ALL_PLACES), Optional.of(new Faults(0, 5))).gaps())
                .containsExactly("no fault was injected");
    }

    @Test
    void faultsThatDisturbNobodyProveNothing() {
        assertThat(new Coverage(Optional.empty(), Optional.of(new Faults(20, 0))).gaps())
                .containsExactly("no start was accepted while faults were injected");
    }

    @Test
    void everyPlaceMustBeHit() {
        assertThat(new Coverage(Optional.of(new Places(92, 91)), Optional.empty()).gaps())
                .containsExactly("only 91 of 92 places at writes were hit");
        assertThat(new Coverage(Optional.of(new Places(0, 0)), Optional.empty()).gaps())
                .hasSize(1);
    }

    @Test
    void whatWasNotAskedForIsNotMissing() {
        assertThat(new Coverage(Optional.empty(), Optional.empty()).gaps()).isEmpty();
        assertThat(new Coverage(Optional.of(ALL_PLACES), Optional.of(new Faults(1, 1))).gaps())
                .isEmpty();
    }
}
