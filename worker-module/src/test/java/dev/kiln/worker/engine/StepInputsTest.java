package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.archive.ByteSource;
import dev.kiln.image.archive.TarWriter;
import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a cached step depends on besides its text, the image below it and whose it is. */
@Timeout(120)
class StepInputsTest {

    @TempDir
    private Path directory;

    private final BuildRequest.Reuse reuse = new BuildRequest.Reuse("owner", Duration.ofHours(1), SharedSteps.NONE);
    private Optional<ByteSource> context = Optional.empty();
    private RunParameters parameters = RunParameters.NONE;
    private int builds;

    /** What the steps print that are really run. */
    private String printed(String content) throws Exception {
        var output = new RecordedOutput();
        var request = new BuildRequest(
                "exec-" + ++builds,
                1,
                BusyboxBase.image(),
                BuildEngineContract.commands(content),
                context,
                false,
                64L << 20,
                BuildBuckets.NONE,
                Optional.of(reuse));
        new SandboxBuildEngine(EngineSettings.in(directory))
                .build(request.with(parameters), new RememberedSteps(), output);
        return output.text();
    }

    @Test
    void aFileOfAnotherModeIsCopiedAnew() throws Exception {
        var content = "COPY f /srv\nRUN stat -c %a /srv/f";
        context = Optional.of(file(0644));
        assertThat(printed(content)).isEqualTo("644\n");
        assertThat(printed(content)).isEmpty();
        context = Optional.of(file(0755));
        assertThat(printed(content)).isEqualTo("755\n");
    }

    private static ByteSource file(int mode) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new TarWriter(out)) {
            BusyboxBase.file(writer, "f", BusyboxBase.text("text\n"), mode);
        }
        return BusyboxBase.source(out.toByteArray());
    }

    @Test
    void theSameFileIsCopiedAnewToAnotherDirectory() throws Exception {
        context = Optional.of(file(0644));
        assertThat(printed("COPY f /srv\nRUN ls /srv")).isEqualTo("f\n");
        assertThat(printed("COPY f /opt\nRUN ls /opt")).isEqualTo("f\n");
    }

    @Test
    void aStepIsRunAgainForAnotherValueOfAParameter() throws Exception {
        parameters = version("1");
        assertThat(printed("RUN echo $VERSION")).isEqualTo("1\n");
        assertThat(printed("RUN echo $VERSION")).isEmpty();
        parameters = version("2");
        assertThat(printed("RUN echo $VERSION")).isEqualTo("2\n");
    }

    private static RunParameters version(String value) {
        return new RunParameters(List.of(new RunParameter("VERSION", value, false)));
    }
}
