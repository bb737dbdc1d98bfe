package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.parameter.RunParameter;
import dev.kiln.parameter.RunParameters;
import dev.kiln.worker.disk.DiskFailedException;
import dev.kiln.worker.disk.ToolRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** A machine that has no room for a build says so, whatever the build meets first. */
@Timeout(60)
class NoRoomTest {

    @TempDir
    private Path directory;

    private EngineSettings full() {
        return TestSettings.of(directory).reserve(DataSize.ofTerabytes(1000)).build();
    }

    @Test
    void aBuildWithSecretsInTheWordsForItIsStillToldApart() {
        var secret = new RunParameters(List.of(new RunParameter("TOKEN", "bytes are free", true)));
        var request = Builds.of("exec-x", "RUN true").with(secret);

        assertThatThrownBy(() -> new SandboxBuildEngine(full()).build(request, new RememberedSteps(), output()))
                .isInstanceOf(NoRoomException.class)
                .hasMessageContaining("***")
                .hasMessageNotContaining("bytes are free");
    }

    @Test
    void aReaderThatMissesTheRestOfAnEndedToolIsNotTheReason() {
        var settings = TestSettings.of(directory).build();
        var commands = new SandboxCommands(settings, SandboxCheck.isMapped(settings), SandboxCheck.busybox());
        var tools = new SandboxTools(commands, () -> {
            throw new NoRoomException("only 7 bytes are free");
        });
        var endless = new ToolRun(List.of(), Optional.empty(), false, List.of("sleep", "98761"));

        assertThatThrownBy(() -> tools.run(endless, in -> {
                    in.readAllBytes();
                    throw new DiskFailedException(DiskFailedException.REFUSED, "there is too little of it");
                }))
                .isInstanceOf(NoRoomException.class);
    }

    @Test
    void aFailureToWriteIsExplainedByTheFullDisk() throws Exception {
        var why = new IOException("tar ended with status 2", new IOException("no space left"));
        assertThat(new Reserve(full(), directory).explained(why))
                .isInstanceOf(NoRoomException.class)
                .hasMessageContainingAll("bytes are free", "tar ended with status 2")
                .hasCause(why.getCause());
        assertThat(new Reserve(
                                TestSettings.of(directory)
                                        .reserve(DataSize.ofBytes(1))
                                        .build(),
                                directory)
                        .explained(why))
                .isSameAs(why);
    }

    @Test
    void whatFailsWhileTheDiskIsFullFailsForThat() throws Exception {
        var free = Files.getFileStore(directory).getUsableSpace();
        var settings = TestSettings.of(directory)
                .reserve(DataSize.ofBytes(free - (500L << 20)))
                .build();
        var journal = new FillingJournal(directory.resolve("other"));

        assertThatThrownBy(() -> new SandboxBuildEngine(settings)
                        .build(Builds.of("exec-x", "RUN echo one > /etc/a"), journal, output()))
                .isInstanceOf(NoRoomException.class);
        assertThat(new SandboxBuildEngine(settings).traces()).isEmpty();
    }

    private static RecordedOutput output() {
        return new RecordedOutput();
    }

    /** Cannot keep a step when something else has just filled the disk. */
    private record FillingJournal(Path file) implements StepJournal {

        @Override
        public List<KeptStep> kept() {
            return List.of();
        }

        @Override
        public void ended(EndedStep step) throws IOException, InterruptedException {
            var fill = new ProcessBuilder("fallocate", "-l", "900M", file.toString());
            assertThat(fill.start().waitFor()).isZero();
            throw new IOException("No space left on device");
        }

        @Override
        public boolean handsOver() {
            return false;
        }

        @Override
        public void forget() {}
    }
}
