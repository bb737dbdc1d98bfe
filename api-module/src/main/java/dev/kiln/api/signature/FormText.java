package dev.kiln.api.signature;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Names and values of query strings and form bodies, read and written exactly as signatures need it. */
public final class FormText {

    private static final int MAX_PARAMETERS = 2000;
    private static final String UNRESERVED = "-_.~";

    private FormText() {}

    /**
     * The pairs of a raw query string or body, whose text holds one char for each byte. A plus sign is a space,
     * encodings are strict UTF-8, and a name occurs at most once, so that what is signed and what is done cannot
     * differ.
     */
    public static Map<String, String> parse(@Nullable String raw) {
        var pairs = new LinkedHashMap<String, String>();
        for (var pair : raw == null ? new String[0] : raw.split("&")) {
            if (!pair.isEmpty()) {
                var equals = pair.indexOf('=');
                var name = decode(equals < 0 ? pair : pair.substring(0, equals));
                if (name.isEmpty()) {
                    throw refused("A parameter has a value and no name. Name it, or leave it out.");
                }
                add(pairs, name, equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return Collections.unmodifiableMap(pairs);
    }

    /** Merges both maps; refuses a name that is in both. */
    public static Map<String, String> merge(Map<String, String> query, Map<String, String> form) {
        var all = new LinkedHashMap<>(query);
        form.forEach((name, value) -> add(all, name, value));
        return Collections.unmodifiableMap(all);
    }

    private static void add(Map<String, String> pairs, String name, String value) {
        if (pairs.putIfAbsent(name, value) != null) {
            throw refused("The parameter " + Refusals.quoted(name) + " is given more than once. Send it once.");
        }
        if (pairs.size() > MAX_PARAMETERS) {
            throw refused("More than " + MAX_PARAMETERS + " parameters are given. Send fewer.");
        }
    }

    static String decode(String raw) {
        var bytes = new ByteArrayOutputStream(raw.length());
        for (var at = 0; at < raw.length(); at++) {
            var c = raw.charAt(at);
            if (c == '%') {
                bytes.write(hex(raw, at + 1) << 4 | hex(raw, at + 2));
                at += 2;
            } else {
                bytes.write(c == '+' ? ' ' : c);
            }
        }
        return text(bytes.toByteArray());
    }

    private static int hex(String raw, int at) {
        var digit = at < raw.length() ? Character.digit(raw.charAt(at), 16) : -1;
        if (digit < 0) {
            throw refused("A parameter has a % that two hexadecimal digits do not follow. Encode % itself as %25.");
        }
        return digit;
    }

    private static String text(byte[] bytes) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw refused("A parameter holds the character U+0000, which no value may hold. Leave it out.");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw refused("A parameter is not valid UTF-8. Encode names and values in UTF-8.");
        }
    }

    /** RFC 3986 over UTF-8: every character except letters, digits and {@code -_.~} becomes {@code %XY}. */
    public static String encode(String text) {
        var encoded = new StringBuilder(text.length() + 16);
        for (var b : text.getBytes(StandardCharsets.UTF_8)) {
            var c = (char) (b & 0xFF);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append('%').append(upperHex(c >> 4)).append(upperHex(c & 0xF));
            }
        }
        return encoded.toString();
    }

    private static char upperHex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }

    /** All pairs sorted by name, encoded and joined: the form that both signatures use. */
    public static String canonical(Map<String, String> pairs) {
        return new TreeMap<>(pairs)
                .entrySet().stream()
                        .map(pair -> encode(pair.getKey()) + "=" + encode(pair.getValue()))
                        .collect(Collectors.joining("&"));
    }

    private static ApiException refused(String message) {
        return ErrorCode.INVALID_PARAMETER.because(message);
    }
}
