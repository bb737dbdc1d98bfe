package dev.kiln.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExecutionStatusTest {

    @ParameterizedTest
    @EnumSource
    void everyStatusThatIsNotFinalEndsThroughReleasingOrCancelling(ExecutionStatus status) {
        if (status.isFinal()) {
            assertThat(Arrays.stream(ExecutionStatus.values())
                            .filter(before -> before.successors().contains(status)))
                    .isSubsetOf(ExecutionStatus.RELEASING, ExecutionStatus.CANCELLING);
        } else {
            assertThat(status.successors()).isNotEmpty().doesNotContain(status);
        }
    }

    @Test
    void onlyAPartialSuccessCanBeReopened() {
        assertThat(Arrays.stream(ExecutionStatus.values())
                        .filter(status ->
                                status.isFinal() && !status.successors().isEmpty()))
                .containsExactly(ExecutionStatus.PARTITION_SUCCESS);
    }

    /** Regenerate with {@code -Dkiln.write-docs=true} after a change of the enum. */
    @Test
    void thePublishedPictureIsTheEnum() throws IOException {
        var page = Path.of("../docs/state-machine.md");
        if (Boolean.getBoolean("kiln.write-docs")) {
            Files.writeString(page, document());
        }
        assertThat(page).content().isEqualTo(document());
    }

    private static String document() {
        var arrows = Arrays.stream(ExecutionStatus.values())
                .flatMap(from -> from.successors().stream().map(to -> "    " + from + " --> " + to))
                .collect(Collectors.joining("\n"));
        var ends = Arrays.stream(ExecutionStatus.values())
                .filter(ExecutionStatus::isFinal)
                .map(status -> "    " + status + " --> [*]")
                .collect(Collectors.joining("\n"));
        var rows = Arrays.stream(ExecutionStatus.values())
                .map(ExecutionStatusTest::row)
                .collect(Collectors.joining("\n"));
        return """
                # The states of an execution

                Generated from `dev.kiln.execution.ExecutionStatus`; a test fails when this page is stale.
                The names are the wire's. Every way to an end passes RELEASING or CANCELLING, so clean-up cannot be skipped.
                The one arrow out of a final status is the retry of failed targets ([ADR 4](adr/0004-a-retry-reopens-the-execution.md)).

                ```mermaid
                stateDiagram-v2
                    [*] --> PREPARING
                %s
                %s
                ```

                | status | what happens, or is true | may be followed by | cancel accepted | final |
                |---|---|---|---|---|
                %s
                """.formatted(arrows, ends, rows);
    }

    private static String row(ExecutionStatus status) {
        return "| %s | %s | %s | %s | %s |"
                .formatted(
                        status,
                        status.meaning(),
                        status.successors().stream().map(Enum::name).collect(Collectors.joining(", ")),
                        status.isCancellable() ? "yes" : "",
                        status.isFinal() ? "yes" : "");
    }
}
