package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.worker.secret.Secrets;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No secret comes through, whoever says it: a command, its text, or Kiln itself. */
class MaskedOutputTest {

    private static final String TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    @Test
    void whatIsSaidInAnyWayIsMasked() {
        var seen = new RecordedOutput();
        try (var output = new MaskedOutput(seen, Secrets.of(List.of(TOKEN)))) {
            output.phase("asking for " + TOKEN);
            output.stepStarted(1, 1, "RUN login " + TOKEN);
            var printed = ("as " + TOKEN).getBytes(StandardCharsets.UTF_8);
            output.output(printed, printed.length);
            output.stepFinished(1, 1, Duration.ZERO);
        }

        assertThat(seen.steps()).containsExactly("phase asking for ***", "start 1/1 RUN login ***", "finish 1/1");
        assertThat(seen.text()).isEqualTo("as ***");
    }
}
