package dev.kiln.cli;

import java.util.List;

/**
 * An option of a command.
 *
 * @param name without dashes
 * @param letter its short form, or empty
 * @param value the name of its value, for help; empty for a flag
 * @param repeats whether it may be given several times
 */
record Option(String name, String letter, String value, String does, boolean repeats) {

    static final Option REGION = new Option("region", "r", "REGION", "the region; else KILN_REGION, else cn-hangzhou");
    static final Option OUTPUT = new Option("output", "o", "json", "print what the API answered, for programs");
    static final Option FOLLOW = new Option("follow", "f", "", "show what happens until the end");

    /** An option that may be given once. */
    Option(String name, String letter, String value, String does) {
        this(name, letter, value, does, false);
    }

    boolean isFlag() {
        return value.isEmpty();
    }

    /** How to type it, for help. */
    String form() {
        var named = "--" + name + (isFlag() ? "" : " " + value);
        return letter.isEmpty() ? named : "-" + letter + ", " + named;
    }

    /** Its names with dashes, long and short. */
    List<String> names() {
        return letter.isEmpty() ? List.of("--" + name) : List.of("--" + name, "-" + letter);
    }
}
