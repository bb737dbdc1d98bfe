package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HarmlessTextTest {

    private static String shown(String text, boolean colours) {
        return new String(new HarmlessText(colours).of(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    @Test
    void wordsLinesTabsAndWantedColoursStay() {
        var text = "größe\t5\n\033[1;31mred\033[0m 日本\n";
        assertThat(shown(text, true)).isEqualTo(text);
        assertThat(shown(text, false)).isEqualTo("größe\t5\nred 日本\n");
    }

    @Test
    void whatATerminalWouldObeyIsGone() {
        assertThat(shown("a\033]0;title\007b", true)).isEqualTo("a0;titleb");
        assertThat(shown("\033[2Jcleared\033[5A\r\b", true)).isEqualTo("cleared");
        assertThat(shown("\u009b31mc1", true)).isEqualTo("31mc1");
        assertThat(shown("\033\033[31m\033\nend", true)).isEqualTo("\033[31m\nend");
        assertThat(shown("\033[" + "1;".repeat(100) + "mlong", true)).doesNotContain("\033");
    }

    @Test
    void itDoesNotMatterWhereTheBytesAreCut() {
        var bytes = "x\033[32mgreen\033[0m é\u009b\033]52;c;\007\n".getBytes(StandardCharsets.UTF_8);
        var whole = new HarmlessText(true).of(bytes);
        var cut = new HarmlessText(true);
        var out = new ByteArrayOutputStream();
        for (var one : bytes) {
            out.writeBytes(cut.of(new byte[] {one}));
        }
        assertThat(out.toByteArray()).isEqualTo(whole);
    }
}
