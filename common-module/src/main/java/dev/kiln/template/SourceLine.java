package dev.kiln.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One command before it is parsed: its lines joined, its first word, and the rest.
 *
 * @param number the line where it begins, from 1
 * @param word the first word, in upper case
 * @param text the whole command, lines joined
 * @param rest what follows the first word
 */
record SourceLine(int number, String word, String text, String rest) {

    /** The commands of a text, without comments and blank lines. */
    static List<SourceLine> of(String text) {
        var commands = new ArrayList<SourceLine>();
        var open = new StringBuilder();
        int begin = 0;
        int number = 0;
        for (var raw : text.split("\n", -1)) {
            number++;
            var line = raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            begin = open.isEmpty() ? number : begin;
            var tail = line.stripTrailing();
            boolean more = tail.endsWith("\\");
            open.append(more ? tail.substring(0, tail.length() - 1) : tail);
            if (more) {
                // RUN is joined as a shell would; in other commands the end of a line separates words.
                open.append(isRun(open) ? "" : " ");
            } else {
                add(commands, begin, open);
            }
        }
        add(commands, begin, open);
        return commands;
    }

    private static boolean isRun(StringBuilder open) {
        int at = 0;
        while (at < open.length() && Character.isWhitespace(open.charAt(at))) {
            at++;
        }
        return open.length() > at + 3
                && open.substring(at, at + 3).equalsIgnoreCase("RUN")
                && Character.isWhitespace(open.charAt(at + 3));
    }

    private static void add(List<SourceLine> commands, int number, StringBuilder open) {
        var text = open.toString().strip();
        open.setLength(0);
        if (text.isEmpty()) {
            return;
        }
        int end = 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        var word = text.substring(0, end).toUpperCase(Locale.ROOT);
        commands.add(new SourceLine(number, word, text, text.substring(end).strip()));
    }

    SourceLine labelled(String label) {
        return label.isEmpty() ? this : new SourceLine(number, word, label + text, rest);
    }

    BuildContentException empty(String example) {
        return refused("EmptyCommandContent." + word, "says nothing", "write for example " + example);
    }

    BuildContentException invalid(String rule, String remedy) {
        return refused("InvalidCommandContent." + word, rule, remedy);
    }

    BuildContentException refused(String code, String rule, String remedy) {
        return new BuildContentException(
                code, "line " + number + ": \"" + shown(text, 120) + "\" " + shown(rule, 300) + "; " + remedy);
    }

    private static String shown(String text, int most) {
        return text.length() > most ? text.substring(0, most) + "…" : text;
    }
}
