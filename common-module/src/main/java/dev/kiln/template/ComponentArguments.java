package dev.kiln.template;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads {@code --name value --name "a value"} after COMPONENT. In double quotes {@code \"} stands for a quote and
 * {@code \\} for a backslash; single quotes take everything literally.
 */
final class ComponentArguments {

    private static final Pattern NAME = Pattern.compile("--[A-Za-z_][A-Za-z0-9_-]{0,63}");

    private final String text;
    private int at;

    private ComponentArguments(String text) {
        this.text = text;
    }

    /** Says what is wrong with the arguments. */
    static final class Malformed extends Exception {

        private static final long serialVersionUID = 1;
        private final String remedy;

        private Malformed(String rule, String remedy) {
            super(rule);
            this.remedy = remedy;
        }

        String rule() {
            return String.valueOf(getMessage());
        }

        String remedy() {
            return remedy;
        }
    }

    static Map<String, String> parse(String text) throws Malformed {
        return new ComponentArguments(text).arguments();
    }

    private Map<String, String> arguments() throws Malformed {
        var arguments = new LinkedHashMap<String, String>();
        for (skipBlanks(); at < text.length(); skipBlanks()) {
            var name = word();
            if (!NAME.matcher(name).matches()) {
                throw new Malformed(
                        "has \"" + name + "\" where a parameter's name should be",
                        "write --name value, values with blanks in double quotes");
            }
            skipBlanks();
            if (arguments.putIfAbsent(name.substring(2), value(name)) != null) {
                throw new Malformed("passes " + name + " twice", "pass it once");
            }
        }
        return arguments;
    }

    private String value(String name) throws Malformed {
        if (at == text.length() || text.startsWith("--", at)) {
            throw new Malformed("has no value for " + name, "write one; \"\" for none, quotes around one with --");
        }
        char first = text.charAt(at);
        if (first != '"' && first != '\'') {
            var word = word();
            if (word.indexOf('"') >= 0 || word.indexOf('\'') >= 0) {
                throw new Malformed("has a quote within the value of " + name, "quote all of the value");
            }
            return word;
        }
        at++;
        var value = quoted(first, name);
        if (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            throw new Malformed("goes on behind the quoted value of " + name, "put a blank there");
        }
        return value;
    }

    private String quoted(char quote, String name) throws Malformed {
        var value = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == quote) {
                return value.toString();
            }
            if (quote == '"' && c == '\\' && at < text.length() && "\"\\".indexOf(text.charAt(at)) >= 0) {
                c = text.charAt(at++);
            }
            value.append(c);
        }
        throw new Malformed("has no closing quote for " + name, "close it by " + quote);
    }

    private String word() {
        int begin = at;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.substring(begin, at);
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }
}
