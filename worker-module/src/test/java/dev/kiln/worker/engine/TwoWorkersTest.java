package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker process in the middle of a build, and what it means for this one beside it. */
@Timeout(120)
class TwoWorkersTest {

    private static final int SLEEP = 98760;

    @TempDir
    private Path directory;

    private Process other;

    @BeforeEach
    void startOther() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        other = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndlessBuild.class.getName(),
                        directory.toString(),
                        "exec-endless",
                        Integer.toString(SLEEP))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> Sleepers.count(SLEEP) == 2);
    }

    @AfterEach
    void endOther() {
        other.destroyForcibly();
        await().atMost(Duration.ofSeconds(5)).until(() -> Sleepers.count(SLEEP) == 0);
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void bothBuildOnTheSameBaseImageAtTheSameTime() throws Exception {
        var output = new RecordedOutput();
        var request = new BuildRequest(
                "exec-beside",
                BusyboxBase.image(),
                BuildEngineContract.commands("RUN echo beside"),
                Optional.empty(),
                false,
                1 << 20);

        new SandboxBuildEngine(EngineSettings.in(directory)).test(request, output);

        assertThat(output.text()).contains("beside");
        assertThat(Sleepers.count(SLEEP)).isEqualTo(2);
    }

    @Test
    void noCommandIsInTheSessionThatATerminalSignals() {
        var own = session(other.toHandle());
        assertThat(own).isNotEmpty();

        assertThat(other.descendants())
                .isNotEmpty()
                .allSatisfy(process -> assertThat(session(process)).isNotEqualTo(own));
    }

    // The sixth field; the second, in parentheses, may hold blanks.
    private static String session(ProcessHandle process) {
        try {
            var line = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[3];
        } catch (IOException e) {
            return ""; // it ended meanwhile
        }
    }
}
