package dev.kiln.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whatever is thrown at the parsers of contents, they end soon, with commands or with a refusal that has a code. */
@Timeout(120)
class ContentPropertiesTest {

    private static final Logger LOG = LoggerFactory.getLogger(ContentPropertiesTest.class);
    private static final int ROUNDS = 4000;

    private static final List<String> PIECES = List.of(
            "RUN ",
            "ENV ",
            "COPY ",
            "LABEL ",
            "CMD [",
            "COMPONENT ",
            "FROM IMAGE:",
            "RESTART",
            "\\\n",
            "\n",
            "#",
            "\"",
            "'",
            "=",
            "$",
            "${",
            "}",
            "{{",
            "}}",
            "\\{{",
            "--a ",
            "ic-x",
            "acs:ecs:*:*:imagecomponent/a/*.*.*",
            "Tasks:\n",
            "- ",
            "Name: ",
            "Action: RunShellCommand\n",
            "Properties: ",
            "commandContent: ",
            "Parameters:\n",
            "  ",
            "|\n",
            ">-\n",
            "&a ",
            "*a ",
            "!!map ",
            "%YAML 1.2\n",
            "---\n",
            "...\n",
            "? ",
            ": ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "<<EOF\n",
            "EOF\n",
            "$((",
            "))",
            "$(",
            ")",
            "`",
            "case x in ",
            "esac",
            "\t",
            "\u0000",
            "\ufeff",
            "\ud83d\ude00",
            "x",
            "0",
            "{{a.stdout}}",
            "a".repeat(300),
            "[".repeat(200),
            "{{".repeat(100),
            "$(".repeat(100),
            "<<A ".repeat(50));

    @Test
    void anyTextIsReadOrRefusedSoon() {
        var seed = Long.getLong("kiln.seed", System.nanoTime());
        LOG.warn("seed {}; repeat it by -Dkiln.seed={}", seed, seed);
        var random = new Random(seed);
        var slowest = Duration.ZERO;
        for (int round = 0; round < ROUNDS; round++) {
            var text = text(random);
            var began = System.nanoTime();
            var problems = new ArrayList<String>();
            for (var kind : BuildContent.Kind.values()) {
                check(() -> BuildContent.parse(text, kind), problems);
            }
            check(() -> ComponentContent.parse(text, "label"), problems);
            assertThat(problems).as("seed " + seed + ": " + text).isEmpty();
            var took = Duration.ofNanos(System.nanoTime() - began);
            slowest = took.compareTo(slowest) > 0 ? took : slowest;
        }
        LOG.warn("the slowest of {} took {} ms", ROUNDS, slowest.toMillis());
        // Four readings of one text. Milliseconds are usual; what explodes takes minutes.
        assertThat(slowest).isLessThan(Duration.ofSeconds(4));
    }

    /** A parser. */
    @FunctionalInterface
    private interface Reading {
        Object read() throws BuildContentException;
    }

    private static void check(Reading reading, List<String> problems) {
        try {
            reading.read();
        } catch (BuildContentException e) {
            if (!e.code().matches("[A-Za-z]+\\.[A-Za-z]+") || e.getMessage().isBlank()) {
                problems.add("a refusal without code or message: " + e);
            }
        } catch (RuntimeException | StackOverflowError e) {
            problems.add(e.toString());
        }
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        int longest = random.nextInt(20) == 0 ? 20_000 : 400;
        int pieces = 1 + random.nextInt(random.nextInt(20) == 0 ? 3000 : 40);
        for (int piece = 0; piece < pieces && text.length() < longest; piece++) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
