package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs stay bounded while their processes go on. */
class LogRotationTest {

    private static final long LONGEST = 100;

    @TempDir
    private Path directory;

    private Path log;

    @BeforeEach
    void nameLog() {
        log = directory.resolve("worker-1.log");
    }

    @Test
    void aProcessGoesOnInItsLogAndNothingOfItIsLost() throws Exception {
        // It echoes what it is told, as soon as it is told.
        var process = new ProcessBuilder("sh", "-c", "while read -r line; do echo \"$line\"; echo heard >&2; done")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        var said = IntStream.range(0, 100).mapToObj(number -> "line " + number).toList();
        try (var in = process.outputWriter();
                var heard =
                        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (var line : said) {
                in.write(line + "\n");
                in.flush();
                assertThat(heard.readLine()).isEqualTo("heard");
                LogRotation.rotate(log, LONGEST);
            }
        }

        assertThat(process.waitFor()).isZero();
        assertThat(Files.size(log)).isLessThanOrEqualTo(LONGEST);
        assertThat(kept()).hasSize(5).allSatisfy(older -> assertThat(older).isNotEmpty());
        var last = new ArrayList<String>();
        kept().forEach(last::addAll);
        last.addAll(Files.readAllLines(log));
        assertThat(said).endsWith(last.toArray(String[]::new));
        assertThat(last).hasSizeGreaterThan(50);
    }

    @Test
    void aShortLogAndOneThatIsNotThereAreLeftAlone() throws Exception {
        LogRotation.rotate(log, LONGEST);
        assertThat(directory).isEmptyDirectory();

        Files.writeString(log, "x".repeat((int) LONGEST));
        LogRotation.rotate(log, LONGEST);
        assertThat(directory).isDirectoryContaining(file -> file.equals(log));
        assertThat(Files.size(log)).isEqualTo(LONGEST);
    }

    @Test
    void aLogStaysAsItIsWhenItCannotBePutAway() throws Exception {
        Files.writeString(log, "x".repeat(200));
        Files.createDirectories(LogRotation.older(log, 5).resolve("not empty"));
        Files.writeString(LogRotation.older(log, 4), "older");

        assertThatThrownBy(() -> LogRotation.rotate(log, LONGEST)).isInstanceOf(IOException.class);

        assertThat(Files.size(log)).isEqualTo(200);
        assertThat(LogRotation.older(log, 4)).hasContent("older");
    }

    /** The lines of the older logs, the oldest first. */
    private List<List<String>> kept() throws IOException {
        var kept = new ArrayList<List<String>>();
        for (var number = 9; number >= 1; number--) {
            var file = LogRotation.older(log, number);
            if (Files.exists(file)) {
                try (var in = new BufferedReader(new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
                    kept.add(in.lines().toList());
                }
            }
        }
        return kept;
    }
}
