package dev.kiln.bench.result;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Why something could not be measured fits into a row of a table, whatever a program has printed. */
class ResultsTest {

    @Test
    void aLongReasonIsItsBeginningAndItsEndInOneLineWithoutColours() {
        var results = new Results();
        results.begin("disks");

        results.missing(
                Measure.of("packer", "ms"),
                "packer build: \u001b[1;32mthe disk\u001b[0m\n" + "noise\n".repeat(99) + "no SSH.");

        assertThat(results.rows("disks"))
                .singleElement()
                .satisfies(row -> assertThat(row.reason())
                        .startsWith("packer build: the disk noise noise")
                        .contains(" … ")
                        .endsWith("noise no SSH.")
                        .hasSizeLessThan(210));
    }
}
