package dev.kiln.worker.engine;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names of runs of a build, a test or Packer: the kind, the attempt in four hexadecimal digits, and four random ones. A
 * superseded run, however late it begins, removes only its own files and what earlier attempts left.
 */
final class RunName {

    /** The digits are missing in names of a release that did not have them yet. */
    static final String FORM = "(?:build|test|packer)(?:-[0-9a-f]{8})?";

    private static final Pattern PATTERN = Pattern.compile(FORM);
    private static final int DIGITS = 4;

    private RunName() {}

    static String of(String kind, int attempt) {
        return kind + "-" + digits(attempt) + UUID.randomUUID().toString().substring(0, DIGITS);
    }

    private static String digits(int attempt) {
        return "%04x".formatted(Math.min(attempt, 0xffff));
    }

    static boolean isRun(String name) {
        return PATTERN.matcher(name).matches();
    }

    /** Whether a run, of whatever kind, is of this attempt or an earlier one. */
    static boolean isUpTo(int attempt, String run) {
        return isSuperseded(run, run.split("-", 2)[0], attempt);
    }

    /** Whether a run of this kind and attempt supersedes the other run. */
    static boolean isSuperseded(String run, String kind, int attempt) {
        var begins = kind + "-";
        return run.equals(kind)
                || (run.startsWith(begins)
                        && run.substring(begins.length(), begins.length() + DIGITS)
                                        .compareTo(digits(attempt))
                                <= 0);
    }
}
