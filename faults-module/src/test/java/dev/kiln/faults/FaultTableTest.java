package dev.kiln.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.faults.inject.FaultKind;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A report names every kind of fault, also those that did not happen. */
class FaultTableTest {

    private final FaultTable table =
            new FaultTable(Map.of(FaultKind.KILL_API, 7), Map.of(), Set.of(FaultKind.FULL_DISK));

    @Test
    void theTerminalHasALineForEachKind() {
        assertThat(table.lines())
                .hasSameSizeAs(FaultKind.values())
                .contains(
                        "       7  API killed",
                        "       0  " + FaultKind.CUT.meaning(),
                        "left out  " + FaultKind.FULL_DISK.meaning());
    }

    @Test
    void thePageHasARowForEachKind() {
        assertThat(table.rows())
                .hasSize(2 + FaultKind.values().length)
                .contains(
                        "| API killed | 7 |  | | |  |",
                        "| " + FaultKind.CUT.meaning() + " | 0 |  | | |  |",
                        "| " + FaultKind.FULL_DISK.meaning() + " | left out |  | | |  |");
    }
}
