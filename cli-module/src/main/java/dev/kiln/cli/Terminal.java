package dev.kiln.cli;

import java.io.PrintStream;
import java.util.Map;

/**
 * The output: whether a person watches it, how wide it is, and whether it may have colours. Text from a server or a
 * build is shown without control sequences other than colours.
 *
 * @param err what is for people and no part of the output
 * @param width columns; 0 when nobody watches, and nothing is cut
 */
record Terminal(PrintStream out, PrintStream err, int width, boolean colours) {

    private static final int NARROWEST = 20;

    /** Uses {@code KILN_COLUMNS}, which the launcher sets when there is a terminal: it can ask it for its width. */
    static Terminal of(PrintStream out, PrintStream err, Map<String, String> environment) {
        var columns = environment.getOrDefault("KILN_COLUMNS", "");
        var width = columns.matches("[1-9][0-9]{0,4}") ? Math.max(Integer.parseInt(columns), NARROWEST) : 0;
        var dumb = environment.getOrDefault("TERM", "").equals("dumb");
        var plain = !environment.getOrDefault("NO_COLOR", "").isEmpty() || dumb;
        return new Terminal(out, err, dumb ? 0 : width, width > 0 && !plain);
    }

    boolean watched() {
        return width > 0;
    }

    /** The text in the colour of the status, where colours are allowed. */
    String status(String status) {
        if (!colours) {
            return status;
        }
        return switch (status) {
            case "SUCCESS", "COPIED", "SHARED", "Available" -> "\033[32m" + status + "\033[0m";
            case "FAILED", "TEST_FAILED", "CreateFailed" -> "\033[31m" + status + "\033[0m";
            case "PARTITION_SUCCESS", "CANCELLED", "CANCELLING", "Deprecated" -> "\033[33m" + status + "\033[0m";
            default -> "\033[36m" + status + "\033[0m";
        };
    }

    String faint(String text) {
        return colours ? "\033[2m" + text + "\033[0m" : text;
    }

    /** The text on one line, without control characters. */
    static String oneLine(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
    }

    /** At most this many characters of the text; the last one is a mark when some are missing. */
    static String cut(String text, int most) {
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, Math.max(most - 1, 0))) + "…";
    }
}
