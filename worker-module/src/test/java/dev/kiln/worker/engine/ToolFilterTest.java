package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.worker.disk.ToolRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hole in a tool that reads what strangers made leads no further than a command of a build comes. */
@Timeout(60)
class ToolFilterTest {

    private static final List<String> ATTEMPT =
            List.of("sh", "-c", "unshare --user true && echo made || echo refus''ed");

    @TempDir
    private Path directory;

    private EngineSettings settings;
    private SandboxCommands commands;

    @BeforeEach
    void prepare() {
        settings = TestSettings.of(directory).build();
        commands = new SandboxCommands(settings, SandboxCheck.isMapped(settings), SandboxCheck.busybox());
    }

    @Test
    void toolsOfImagesMakeNoUserNamespaces() throws Exception {
        assertThat(said(commands.extract(directory))).contains("refused");
        assertThat(said(commands.remove(directory))).contains("refused");
    }

    @Test
    void toolsOfDisksMakeNone() throws Exception {
        var tool = new ToolRun(List.of(), Optional.empty(), false, ATTEMPT);
        var said = new SandboxTools(commands, () -> {}).run(tool);
        assertThat(said.output()).as(said.errors()).isEqualTo("refused");
    }

    @Test
    void toolsOfLayersMakeNone() throws Exception {
        var place = Files.createDirectory(directory.resolve("build"));
        Files.createDirectory(place.resolve("base"));
        var scratch = new Scratch(place, false, 1 << 20, new ControlGroup("tool-filter", settings));
        scratch.makeDirectories();
        Files.createDirectories(scratch.upper());
        Files.createDirectories(scratch.tmp());
        try {
            assertThat(said(commands.packLayer(scratch, 1, scratch.tmp()))).contains("refused");
            assertThat(said(commands.unpackLayer(scratch, true))).contains("refused");
        } finally {
            scratch.group().remove();
        }
    }

    @Test
    void aFilterOfWhichOnlyTheNameOutlivedACrashIsWrittenAgain() throws Exception {
        var filter = new ToolFilter(settings);
        var program = Files.readAllBytes(filter.file());
        Files.write(filter.file(), new byte[0]);

        assertThat(filter.file()).hasBinaryContent(program);
    }

    /** What is said when the sandbox of that command line runs another program. */
    private static String said(List<String> line) throws Exception {
        var other = new ArrayList<>(line.subList(0, line.lastIndexOf("--") + 1));
        other.addAll(ATTEMPT);
        var said = new Tail(2000);
        new SandboxProcess(other, null, said::add, () -> {}).run();
        return said.text();
    }
}
