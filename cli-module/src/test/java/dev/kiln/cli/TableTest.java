package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {

    private static String printed(Map<String, String> environment) {
        var bytes = new ByteArrayOutputStream();
        var table = new Table(1, "EXECUTION", "STATUS", "MESSAGE");
        table.row("exec-1", "SUCCESS", "all is well\n\033[2Jand more of it");
        table.row("exec-22", "FAILED", "");
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        table.print(Terminal.of(out, out, environment));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aPipeGetsAllOfItInOneLineEachAndNoColours() {
        assertThat(printed(Map.of())).isEqualTo("""
                EXECUTION  STATUS   MESSAGE
                exec-1     SUCCESS  all is well  [2Jand more of it
                exec-22    FAILED
                """);
    }

    @Test
    void aNarrowTerminalCutsNamesAndNeitherIdsNorReasons() {
        var bytes = new ByteArrayOutputStream();
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        var table = new Table(-1, "IMAGE", "NAME", "FAMILY", "WHY").cutting("NAME", "FAMILY");
        table.row("m-aaaaaaaaaaaaaaaaaaaa", "a name of twenty-two!", "a family", "because of all of it");

        table.print(new Terminal(out, out, 70, false));
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("""
                IMAGE                   NAME            FAMILY    WHY
                m-aaaaaaaaaaaaaaaaaaaa  a name of twe…  a family  because of all of it
                """);
        bytes.reset();
        table.print(new Terminal(out, out, 40, false));
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("""
                IMAGE                   NAME      FAMILY    WHY
                m-aaaaaaaaaaaaaaaaaaaa  a name …  a family  because of all of it
                """);
    }

    @Test
    void coloursAreForTerminalsAndForThoseWhoWantThem() {
        assertThat(printed(Map.of("KILN_COLUMNS", "80"))).contains("\033[32mSUCCESS\033[0m", "\033[31mFAILED\033[0m");
        for (var plain : new String[][] {{"NO_COLOR", "1"}, {"TERM", "dumb"}}) {
            assertThat(printed(Map.of("KILN_COLUMNS", "80", plain[0], plain[1])))
                    .doesNotContain("\033");
        }
    }
}
