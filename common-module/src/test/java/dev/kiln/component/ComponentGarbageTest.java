package dev.kiln.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a content holds: it is understood or refused, in words, at once, and nothing else happens. */
class ComponentGarbageTest {

    private static final List<String> PIECES = List.of(
            "Tasks:",
            "Parameters:",
            "\n",
            "\n  ",
            "\n    ",
            "- ",
            "Name: ",
            "Action: ",
            "Properties:",
            "RunShellCommand",
            "WebDownload",
            "commandContent: |\n      ",
            "{",
            "}",
            "[",
            "]",
            ",",
            ": ",
            "&a ",
            "*a",
            "!!str ",
            "!<tag:x> ",
            "---\n",
            "...\n",
            "%TAG ! x\n",
            "\"",
            "'",
            "\\",
            "{{",
            "}}",
            "{{p}}",
            "{{t.stdout}}",
            "\\{{",
            "$((",
            "$(",
            ")",
            "`",
            "<<EOF\n",
            "EOF\n",
            "<<-'E'\n",
            "#",
            "? ",
            "<<: ",
            "\t",
            "\u0085",
            "\u2028",
            "\uFEFF",
            "\u00e4",
            "\uD83D\uDE00",
            "\\x00",
            "\\uD800",
            "\\U00110000",
            "0x1",
            "~",
            "RUN ",
            "COMPONENT ic-1 --a \"b\" ",
            "ENV A=\"b\" ",
            "|2-\n",
            ">+\n",
            "a");

    private static final long SEED = Long.getLong("kiln.seed", System.nanoTime());

    private static String garbage(Random random) {
        var text = new StringBuilder(random.nextBoolean() ? ComponentContentTest.SAMPLE : "");
        int changes = 1 + random.nextInt(random.nextInt(10) == 0 ? 400 : 12);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + (random.nextInt(3) == 0 ? random.nextInt(20) : 0));
            text.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    private static boolean understood(String text) {
        try {
            ComponentContent.parse(text, "x/1.0.0");
            BuildContent.parse(text, BuildContent.Kind.BUILD);
            return true;
        } catch (BuildContentException e) {
            assertThat(e.getMessage()).hasSizeLessThan(1000).contains("; ");
            assertThat(e.code()).matches("[A-Za-z]+\\.[A-Za-z]+");
            return false;
        }
    }

    @Test
    void garbageIsUnderstoodOrRefused() {
        var random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            var text = garbage(random);
            try {
                refused += understood(text) ? 0 : 1;
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                throw new AssertionError("-Dkiln.seed=" + SEED + ", text " + i + ":\n" + text, e);
            }
        }
        assertThat(refused).as("refused, -Dkiln.seed=%d", SEED).isGreaterThan(2_500);
    }

    /** Time of the processor, which a busy machine does not change. */
    private static void takesNoTime(String text) {
        var bean = ManagementFactory.getThreadMXBean();
        long begin = bean.getCurrentThreadCpuTime();
        understood(text);
        assertThat(Duration.ofNanos(bean.getCurrentThreadCpuTime() - begin))
                .as(() -> text.substring(0, Math.min(200, text.length())))
                .isLessThan(Duration.ofMillis(500));
    }

    @Test
    void worstTextsTakeNoTime() {
        var script = "Parameters: {p: {Type: String}}\nTasks:\n- Name: t\n  Action: RunShellCommand\n  Properties:\n"
                + "    commandContent: |\n      ";
        for (var piece : PIECES) {
            for (var begin : List.of("", "Tasks: ", "Tasks:\n- ", "Tasks: [\"", "Tasks: {", script)) {
                var room = BuildContent.LONGEST - begin.length();
                takesNoTime(begin + piece.repeat(room / piece.getBytes(StandardCharsets.UTF_8).length));
            }
        }
        takesNoTime(script + "(`".repeat(4000));
        takesNoTime("Tasks: " + "{a: [".repeat(3000));
        takesNoTime("a: &a [x]\nb: &b [" + "*a,".repeat(3000) + "]");
    }
}
