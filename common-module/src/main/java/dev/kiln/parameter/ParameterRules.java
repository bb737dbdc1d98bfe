package dev.kiln.parameter;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rules for names and values of parameters. */
public final class ParameterRules {

    /** The maximum number of parameters of a template. */
    public static final int MOST = 32;
    /** The maximum size of a value, in bytes. */
    public static final int LONGEST_VALUE = 8192;
    /** The maximum size of all values of an execution, in bytes. */
    public static final int MOST_BYTES = 32768;
    /**
     * The minimum size of a secret, in bytes: a shorter one could not be masked, since it occurs in output by chance.
     */
    public static final int SHORTEST_SECRET = 8;

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

    private ParameterRules() {}

    /** What is wrong with the name; empty if it is valid. */
    public static Optional<String> faultOfName(String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.of("it has 1 to 64 letters, digits and _, and does not begin with a digit");
        }
        return name.startsWith("KILN_") ? Optional.of("names that begin with KILN_ are Kiln's own") : Optional.empty();
    }

    /** What is wrong with the value, without quoting it; empty if it is valid. */
    public static Optional<String> faultOfValue(String value, boolean secret) {
        int bytes;
        try {
            bytes = StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(value))
                    .remaining();
        } catch (CharacterCodingException e) {
            return Optional.of("it is text that UTF-8 can hold");
        }
        if (value.indexOf('\0') >= 0) {
            return Optional.of("it has no NUL, which no environment can hold");
        }
        if (bytes > LONGEST_VALUE) {
            return Optional.of("it has at most " + LONGEST_VALUE + " bytes");
        }
        return secret && visible(value) < SHORTEST_SECRET
                ? Optional.of("a secret has at least " + SHORTEST_SECRET
                        + " bytes besides blanks and line ends; what is shorter could not be hidden in the log")
                : Optional.empty();
    }

    private static int visible(String value) {
        return ExecutionParameters.bytes(value.replaceAll("\\s", ""));
    }
}
