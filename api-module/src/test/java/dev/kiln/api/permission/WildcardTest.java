package dev.kiln.api.permission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestSeed;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WildcardTest {

    @ParameterizedTest
    @CsvSource({
        "*, '', true",
        "*, anything:at/all, true",
        "'', '', true",
        "'', x, false",
        "?, '', false",
        "?, x, true",
        "?, xy, false",
        "ecs:describe*, ecs:describeimages, true",
        "ecs:describe*, ecs:describe, true",
        "ecs:describe*, ecs:deleteimage, false",
        "*image, ecs:deleteimage, true",
        "*image, ecs:deleteimages, false",
        "a*b*c, axxbyyc, true",
        "a*b*c, axxcyyb, false",
        "a**b, ab, true",
        "*ab, aab, true",
        "acs:ecs:*:*:image/m-?, acs:ecs:cn-hangzhou:1:image/m-1, true",
        "acs:ecs:*:*:image/m-?, acs:ecs:cn-hangzhou:1:image/m-12, false",
        "image/m-1, image/*, false",
        "'.+', xx, false",
        "'[a-z]', q, false",
    })
    void aStarIsAnyTextAndAQuestionMarkAnyCharacter(String pattern, String text, boolean matches) {
        assertThat(new Wildcard(pattern).matches(text)).isEqualTo(matches);
    }

    @Test
    void matchesWhatTheRegularExpressionDoes() {
        var random = TestSeed.random("WildcardTest");
        for (int round = 0; round < 20_000; round++) {
            var pattern = text(random, "ab*?", 7);
            var text = text(random, "ab*", 9);
            var regular = Pattern.compile(pattern.chars()
                    .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Character.toString(c))
                    .collect(Collectors.joining()));
            assertThat(new Wildcard(pattern).matches(text))
                    .as("%s on %s", pattern, text)
                    .isEqualTo(regular.matcher(text).matches());
        }
    }

    /** Six policies of 200 patterns on the 100 ids of a request look at no more than 20 million characters. */
    @Test
    void aHostilePatternLooksAtEachCharacterOnce() {
        var text = "a".repeat(Policy.LONGEST_RESOURCE);
        for (var pattern : List.of(
                "*a".repeat(127) + "*b",
                "*" + "a".repeat(80) + "b",
                "*" + "a".repeat(80) + "b*",
                "*" + "?".repeat(80) + "b*",
                "*?".repeat(127) + "*b")) {
            var counted = new CountedText(text);
            assertThat(new Wildcard(pattern).matches(counted)).isFalse();
            assertThat(counted.looks.get()).as(pattern).isLessThanOrEqualTo(text.length());
        }
    }

    @Test
    void longPatternsMatchLikeShortOnes() {
        var random = TestSeed.random("WildcardTest long");
        for (int round = 0; round < 2_000; round++) {
            var text = "a".repeat(random.nextInt(150)) + text(random, "ab", 9) + "a".repeat(random.nextInt(100));
            var exact = text.replaceFirst("b", "?");
            assertThat(new Wildcard(exact).matches(text)).as(text).isTrue();
            assertThat(new Wildcard("*" + exact + "*").matches("b" + text + "b"))
                    .as(text)
                    .isTrue();
            assertThat(new Wildcard(exact + "a").matches(text)).as(text).isFalse();
            assertThat(new Wildcard(text + "*b").matches(text + "a")).as(text).isFalse();
        }
    }

    /** Knows how often it was looked at. */
    private record CountedText(String text, AtomicInteger looks) implements CharSequence {

        CountedText(String text) {
            this(text, new AtomicInteger());
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            looks.incrementAndGet();
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }
    }

    private static String text(Random random, String letters, int most) {
        return random.ints(random.nextInt(most + 1), 0, letters.length())
                .mapToObj(at -> letters.substring(at, at + 1))
                .collect(Collectors.joining());
    }
}
