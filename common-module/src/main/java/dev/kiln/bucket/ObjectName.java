package dev.kiln.bucket;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The name of an object: parts joined by slashes, like a path. It never leads out of its bucket. */
public record ObjectName(String value) {

    /** Prefix of the names of objects that are being written. */
    static final String HIDDEN = ".kiln-";

    // The limit of file systems for a part; the vendor's rule for the whole name.
    private static final int MOST_BYTES_OF_A_PART = 255;
    private static final int MOST_BYTES = 1023;

    public ObjectName {
        if (!isName(value)) {
            throw new IllegalArgumentException("\"" + value + "\" is not a valid object name");
        }
    }

    /** The name, if the text is a valid one. */
    public static Optional<ObjectName> of(String text) {
        return isName(text) ? Optional.of(new ObjectName(text)) : Optional.empty();
    }

    private static boolean isName(String text) {
        return bytes(text) <= MOST_BYTES
                && text.indexOf('\0') < 0
                && Arrays.stream(text.split("/", -1)).allMatch(ObjectName::isPart);
    }

    private static boolean isPart(String part) {
        return !part.isEmpty()
                && !part.equals(".")
                && !part.equals("..")
                && !part.startsWith(HIDDEN)
                && bytes(part) <= MOST_BYTES_OF_A_PART;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public String toString() {
        return value;
    }
}
