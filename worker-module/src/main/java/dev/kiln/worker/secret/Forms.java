package dev.kiln.worker.secret;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The forms in which a secret is recognised: as it is, each of its lines, and its Base64 within a longer text. */
final class Forms {

    /** Shorter pieces occur by chance. */
    static final int SHORTEST = 8;

    private Forms() {}

    /** All forms, without line ends, which are ignored in the search. */
    static Set<String> of(String secret) {
        var forms = new LinkedHashSet<String>();
        var lines = secret.lines().map(String::strip);
        Stream.concat(Stream.of(whole(secret)), lines)
                .map(form -> form.replaceAll("[\r\n]", ""))
                .filter(Forms::isLong)
                .forEach(forms::add);
        // What a file ends with is often lost on the way.
        for (var encoded : new LinkedHashSet<>(List.of(secret, whole(secret)))) {
            for (int before = 0; before < 3; before++) {
                var text = inBase64(encoded.getBytes(StandardCharsets.UTF_8), before);
                forms.add(text);
                forms.add(text.replace('+', '-').replace('/', '_'));
            }
        }
        return forms;
    }

    /** Without the blanks around it, where they are not most of it. */
    private static String whole(String secret) {
        return isLong(secret.strip()) ? secret.strip() : secret;
    }

    private static boolean isLong(String form) {
        return form.getBytes(StandardCharsets.UTF_8).length >= SHORTEST;
    }

    /**
     * The Base64 characters that do not depend on the bytes before and after the secret.
     *
     * @param before how many bytes of a group of three precede it
     */
    private static String inBase64(byte[] secret, int before) {
        var padded = new byte[before + secret.length];
        System.arraycopy(secret, 0, padded, before, secret.length);
        var text = Base64.getEncoder().withoutPadding().encode(padded);
        int first = (before * 8 + 5) / 6;
        int end = padded.length * 8 / 6;
        return new String(Arrays.copyOfRange(text, first, end), StandardCharsets.US_ASCII);
    }
}
