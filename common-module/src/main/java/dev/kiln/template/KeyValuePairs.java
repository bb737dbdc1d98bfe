package dev.kiln.template;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads {@code key1="v1" key2="v2"}; in a value {@code \"} stands for a quote and {@code \\} for a backslash. */
final class KeyValuePairs {

    private final String text;
    private int at;

    private KeyValuePairs(String text) {
        this.text = text;
    }

    /** The pairs in order, the last one for each key; empty when the text has another form. */
    static Optional<Map<String, String>> parse(String text) {
        return new KeyValuePairs(text).pairs();
    }

    private Optional<Map<String, String>> pairs() {
        var pairs = new LinkedHashMap<String, String>();
        while (at < text.length()) {
            int equals = text.indexOf("=\"", at);
            if (equals <= at) {
                return Optional.empty();
            }
            var key = text.substring(at, equals);
            at = equals + 2;
            var value = value();
            if (value.isEmpty() || key.chars().anyMatch(c -> Character.isWhitespace(c) || c == '"' || c == '=')) {
                return Optional.empty();
            }
            pairs.remove(key);
            pairs.put(key, value.get());
            if (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
                return Optional.empty();
            }
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }
        return Optional.of(pairs);
    }

    /** Reads the value up to the closing quote, and past it. */
    private Optional<String> value() {
        var value = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return Optional.of(value.toString());
            }
            if (c == '\\' && at < text.length() && "\"\\".indexOf(text.charAt(at)) >= 0) {
                c = text.charAt(at++);
            }
            value.append(c);
        }
        return Optional.empty();
    }
}
