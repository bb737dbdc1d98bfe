package dev.kiln.execution;

/** Why something failed: a code for programs (ErrorCode on the wire) and a sentence for people (ErrorInfo). */
public record Failure(String code, String info) {

    public static final Failure NONE = new Failure("", "");

    // In characters. Four times the last lines of a command, and little enough that an event fits into a record of
    // Kafka
    // (1 MiB) even if JSON escapes every character, and a page of 500 failures into the memory of an API.
    private static final int LONGEST = 16_000;
    private static final String LEFT_OUT = "\n… the middle is left out …\n";

    /** Makes the sentence one that can be stored and published. */
    public Failure {
        info = storable(info);
    }

    /**
     * Without what PostgreSQL cannot store, and not too long: texts for people quote commands, files and servers, which
     * can be of any length. The beginning says what failed, the end has the last output.
     */
    static String storable(String text) {
        var clean = text.replace("\0", "");
        if (clean.length() <= LONGEST) {
            return clean;
        }
        int part = (LONGEST - LEFT_OUT.length()) / 2;
        int head = Character.isHighSurrogate(clean.charAt(part - 1)) ? part - 1 : part;
        int tail = clean.length() - part;
        return clean.substring(0, head)
                + LEFT_OUT
                + clean.substring(Character.isLowSurrogate(clean.charAt(tail)) ? tail + 1 : tail);
    }
}
