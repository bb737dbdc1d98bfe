package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.TaskText;
import dev.kiln.worker.secret.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands get by parameters of a run, and where a secret must not turn up. */
class ParametersTest {

    private static final String SECRET = "s3cr3t/tök+n?'\"$x\nof two lines, with \\ in it";
    private static final RunParameters PARAMETERS = new RunParameters(
            List.of(new RunParameter("VERSION", "1.2", false), new RunParameter("TOKEN", SECRET, true)));

    @TempDir
    private Path directory;

    private final RecordedOutput output = new RecordedOutput();
    private SandboxBuildEngine engine;

    @BeforeEach
    void begin() {
        engine = new SandboxBuildEngine(EngineSettings.in(directory));
    }

    private BuildRequest request(String content) {
        var commands = BuildEngineContract.commands(content);
        return new BuildRequest("exec-p", BusyboxBase.image(), commands, Optional.empty(), false, 1 << 22)
                .with(PARAMETERS);
    }

    @Test
    void whatLaterTasksUseOfACommandsOutputMayNotHaveThem() {
        var script = new BuildCommand.Script(
                "ask", "echo \"with $TOKEN in it\"", TaskText.of("/"), TaskText.of(""), Map.of(), true);
        var request = new BuildRequest("exec-p", BusyboxBase.image(), List.of(script), Optional.empty(), false, 1 << 22)
                .with(PARAMETERS);

        assertThatThrownBy(() -> engine.build(request, new RememberedSteps(), output))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("prints a secret parameter, and later tasks use what it prints");
    }

    private BuildEngine.BuiltImage build(String content) throws Exception {
        return engine.build(request(content), new RememberedSteps(), output);
    }

    private void assertNothingShowsTheSecret() throws IOException {
        var secrets = Secrets.of(PARAMETERS.secrets());
        assertThat(secrets.areIn(output.text() + output.steps())).isFalse();
        try (var files = Files.walk(directory)) {
            for (var file : files.filter(ParametersTest::isFile).toList()) {
                var bytes = file.toString().endsWith(".zst")
                        ? new ZstdInputStream(Files.newInputStream(file)).readAllBytes()
                        : Files.readAllBytes(file);
                assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("s3cr3t", "of two lines, with");
            }
        }
    }

    @Test
    void commandsHaveThemAndTheImageDoesNot() throws Exception {
        var built = build("""
                ENV VERSION="of the template" MADE="of $VERSION"
                RUN echo "version $VERSION, $(printf %s "$TOKEN" | wc -c) bytes, $(printf %s "$TOKEN" | md5sum)"
                """);
        var bytes = SECRET.getBytes(StandardCharsets.UTF_8);
        var md5 = MessageDigest.getInstance("MD5").digest(bytes);

        assertThat(output.text())
                .contains("version 1.2, " + bytes.length + " bytes, "
                        + HexFormat.of().formatHex(md5));
        assertThat(built.metadata().environment())
                .containsEntry("MADE", "of 1.2")
                .doesNotContainKey("TOKEN");
        assertNothingShowsTheSecret();
    }

    @Test
    void whatACommandPrintsIsWithoutThem() throws Exception {
        var base64 = Base64.getEncoder().encodeToString(("x" + SECRET).getBytes(StandardCharsets.UTF_8));
        build("""
                RUN echo "a $TOKEN b"; for i in s 3 c r 3 t / t; do printf %s $i; sleep 0.02; done; echo "${TOKEN#s3cr3t/t}"
                RUN printf 'x%s' "$TOKEN" | base64; printf %s "$TOKEN" | base64 | tr '+/' '-_'
                RUN set -x; : "$VERSION"; tr '\\0' '\\n' < /proc/1/cmdline; tr '\\0' '\\n' < /proc/self/environ
                """);
        assertThat(output.text()).contains("a *** b", "***").doesNotContain(base64.substring(4, 14), "s3cr3t/t");
        assertNothingShowsTheSecret();
    }

    @Test
    void aFailureIsToldWithoutThem() throws Exception {
        assertThatThrownBy(() -> build("RUN echo \"no access with $TOKEN\" >&2; exit 7"))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageEndingWith("ended with exit code 7; last lines:\nno access with ***");
        assertNothingShowsTheSecret();
    }

    @Test
    void aSecretIsNotPutIntoTheImagesMetadata() {
        assertThatThrownBy(() -> build("ENV AUTH=\"Bearer ${TOKEN}\""))
                .isInstanceOf(BuildFailedException.class)
                .hasMessageContaining("ENV AUTH takes the secret parameter TOKEN");
    }

    @Test
    void noProcessHasThemAmongItsArgumentsAndNoFileOfTheBuildHasThem() throws Exception {
        var lines = new StringBuilder();
        var shows = new AtomicBoolean();
        BuildOutput looking = new BuildOutput() {
            @Override
            public void phase(String what) {}

            @Override
            public void stepStarted(int number, int total, String text) {}

            @Override
            public void output(byte[] bytes, int length) {
                ProcessHandle.allProcesses().map(ParametersTest::commandLine).forEach(lines::append);
                try {
                    assertNothingShowsTheSecret();
                } catch (IOException | AssertionError e) {
                    shows.set(true);
                }
            }

            @Override
            public void stepFinished(int number, int total, Duration took) {}
        };
        engine.build(request("RUN echo begun; sleep 0.3"), StepJournal.NONE, looking);

        assertThat(lines).contains("bwrap", "--args").doesNotContain("s3cr3t");
        assertThat(shows).isFalse();
    }

    /** Not a link: most programs of the image are one to the same file. */
    private static boolean isFile(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it ended meanwhile
        }
    }
}
