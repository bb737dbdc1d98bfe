package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class WaitingSandboxTest {

    private static final int SANDBOXES = 16;

    @TempDir
    private Path directory;

    private EngineSettings settings;
    private SandboxCommands commands;

    @BeforeEach
    void prepare() throws IOException {
        settings = EngineSettings.in(directory);
        commands = new SandboxCommands(settings, SandboxCheck.isMapped(settings), SandboxCheck.busybox());
        Files.createDirectory(directory.resolve("base"));
    }

    private Scratch scratch(String group) throws IOException {
        var scratch = new Scratch(directory, false, 1 << 20, new ControlGroup(group, settings));
        scratch.makeDirectories();
        return scratch;
    }

    /** A busy machine may not have begun one when the next is made. */
    @RepeatedTest(5)
    void sandboxesThatBeginAtTheSameTimeInOneScratchDirectoryCanAllBeUsed() throws Exception {
        var scratch = scratch("waiting-sandboxes");
        try {
            var said = new Tail(1000);
            var sandboxes = Stream.generate(() -> new WaitingSandbox(commands, scratch, true))
                    .limit(SANDBOXES)
                    .toList();
            for (var sandbox : sandboxes) {
                try (sandbox) {
                    var told = WaitingSandbox.Told.of(commands.step(scratch, BuildState.EMPTY, List.of("true")));
                    var outputs = new WaitingSandbox.Outputs(said::add, said::add);
                    assertThat(sandbox.told(told, outputs, () -> {}).run())
                            .as(said.text())
                            .isZero();
                }
            }
        } finally {
            scratch.group().remove();
        }
    }

    /** Packing what takes more than half of the space would take more than all of it. */
    @Test
    void whatOnlyReadsTheImageIsNotMeasured() throws Exception {
        var scratch = scratch("reading-sandbox");
        var said = new Tail(1000);
        try (var sandbox = new WaitingSandbox(commands, scratch, false)) {
            var told = WaitingSandbox.Told.of(commands.read(scratch, List.of(), List.of("sleep", "1")));
            var outputs = new WaitingSandbox.Outputs(said::add, said::add);
            assertThat(sandbox.told(told, outputs, () -> {}).run())
                    .as(said.text())
                    .isZero();
        } finally {
            scratch.group().remove();
        }
        assertThat(directory.resolve("usage.often")).doesNotExist();
        assertThat(scratch.usage().bytes()).isZero();
    }
}
