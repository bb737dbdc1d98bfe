package dev.kiln.worker.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.TestSeed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskedStreamTest {

    private static final String TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    private static final String KEY =
            "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA75x\nshort\nwlzQbV9vKpTeZ0xUfw1\n-----END KEY-----\n";

    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    private String masked(List<String> secrets, String text, int piece) throws IOException {
        seen.reset();
        var stream = new MaskedStream(Secrets.of(secrets), (bytes, length) -> seen.write(bytes, 0, length));
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += piece) {
            var length = Math.min(piece, bytes.length - at);
            var part = new byte[piece];
            System.arraycopy(bytes, at, part, 0, length);
            stream.take(part, length);
        }
        stream.end();
        return seen.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 39, 40, 41, 100_000})
    void aSecretIsHiddenHoweverItComes(int piece) throws IOException {
        assertThat(masked(List.of(TOKEN), "token=" + TOKEN + "; " + TOKEN + TOKEN + "\nnothing\n", piece))
                .isEqualTo("token=***; ***\nnothing\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void itIsHiddenInBase64WhateverStandsBeforeIt(int before) throws IOException {
        for (var secret : List.of(TOKEN, "????>>>>~~~~üöä", KEY)) {
            var plain = ("x".repeat(before) + secret + "yz").getBytes(StandardCharsets.UTF_8);
            for (var encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder(), Base64.getMimeEncoder())) {
                var text = encoder.encodeToString(plain);
                var shown = masked(List.of(secret), "<" + text + ">", 5);
                assertThat(shown).contains("***");
                // What is left are characters that something else stands in too.
                assertThat(shown.replace("***", "").length() - "<>".length())
                        .isLessThanOrEqualTo((before + 2) / 3 * 4 + 4 + 2);
            }
        }
    }

    @Test
    void linesOfALongSecretAreHiddenToo() throws IOException {
        assertThat(masked(List.of(KEY), "key:\n" + KEY + "end", 3)).isEqualTo("key:\n***\nend");
        assertThat(masked(List.of(KEY), KEY.replace("\n", "\r\n"), 3)).isEqualTo("***\r\n");
        assertThat(masked(List.of(KEY), "a wlzQbV9vKpTeZ0xUfw1 b short", 3)).isEqualTo("a *** b short");
        assertThat(masked(List.of(TOKEN), TOKEN.substring(0, 20) + "\n" + TOKEN.substring(20), 3))
                .as("broken by fold")
                .isEqualTo("***");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u3000\u3000\u3000", "\u3000\u3000\u3000\u3000pw", "\u2003\u2003abc\u2003"})
    void blanksThatAreNotOfAsciiMakeASecretToo(String secret) throws IOException {
        assertThat(masked(List.of(secret), "Y: " + secret + ", YES", 1)).isEqualTo("Y: ***, YES");
    }

    @Test
    void whatOverlapsIsHiddenAltogether() throws IOException {
        var secrets = List.of("abcdefgh", "fghijklmno", "bcdefghijk");
        assertThat(masked(secrets, "-abcdefghijklmno-", 1)).isEqualTo("-***-");
        assertThat(masked(secrets, "-abcdefghij-", 1)).isEqualTo("-***ij-");
        assertThat(masked(List.of("aaaaaaaaab"), "a".repeat(30) + "b", 4)).isEqualTo("a".repeat(21) + "***");
    }

    @Test
    void theEndHidesWhatCannotBeChance() throws IOException {
        assertThat(masked(List.of(TOKEN), "x " + TOKEN.substring(0, 30), 100)).isEqualTo("x ***");
        assertThat(masked(List.of(TOKEN), "x " + TOKEN.substring(0, 7), 100)).isEqualTo("x ghp_16C");
    }

    @Test
    void onlyWhatMayBeASecretIsHeldBack() throws IOException {
        var stream = new MaskedStream(Secrets.of(List.of(TOKEN)), (bytes, length) -> seen.write(bytes, 0, length));
        var begin = ("login: " + TOKEN.substring(0, 3)).getBytes(StandardCharsets.UTF_8);
        stream.take(begin, begin.length);
        assertThat(seen.toString(StandardCharsets.UTF_8)).isEqualTo("login: ");
        stream.take(new byte[] {'!'}, 1);
        assertThat(seen.toString(StandardCharsets.UTF_8)).isEqualTo("login: ghp!");
        var ends = "\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        stream.take(begin, begin.length);
        stream.take(ends, ends.length);
        assertThat(seen.size()).isEqualTo(2 * begin.length + 1 + ends.length);
    }

    @Test
    void agreesWithASlowSearchOnTextOfFewLetters() throws IOException {
        var random = TestSeed.random("MaskedStreamTest");
        for (int round = 0; round < 200; round++) {
            var secrets = List.of(text(random, 8), text(random, 9), text(random, 12));
            var text = text(random, 400) + secrets.get(random.nextInt(3)) + text(random, 100) + "......";
            assertThat(masked(secrets, text, 1 + random.nextInt(50))).isEqualTo(slowly(secrets, text));
        }
    }

    private static String text(Random random, int length) {
        return random.ints(length, 'a', 'c').mapToObj(Character::toString).reduce("", String::concat);
    }

    private static String slowly(List<String> secrets, String text) {
        var hidden = new boolean[text.length()];
        for (var secret : secrets) {
            for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
                Arrays.fill(hidden, at, at + secret.length(), true);
            }
        }
        var shown = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            if (!hidden[at]) {
                shown.append(text.charAt(at));
            } else if (at == 0 || !hidden[at - 1]) {
                shown.append("***");
            }
        }
        return shown.toString();
    }
}
