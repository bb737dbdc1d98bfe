package dev.kiln.trace;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace, the parent of later work.
 *
 * @param trace 32 hexadecimal digits
 * @param span 16 hexadecimal digits
 * @param flags 2 hexadecimal digits; the last bit is set when the trace is recorded
 */
public record TraceParent(String trace, String span, String flags) {

    /** The name of the header that carries it, in HTTP and in messages. */
    public static final String HEADER = "traceparent";

    // Later versions of the format may append something.
    private static final int LONGEST = 256;
    private static final Pattern FORM = Pattern.compile(
            "(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})" + "([0-9a-f]{16})-([0-9a-f]{2})(-[\\x21-\\x7e]*)?");

    /** Parses a header in the form of W3C's Trace Context; empty when it is anything else, however long. */
    public static Optional<TraceParent> parse(@Nullable String header) {
        if (header == null || header.length() > LONGEST) {
            return Optional.empty();
        }
        var parts = FORM.matcher(header);
        return parts.matches() && (!parts.group(1).equals("00") || parts.group(5) == null)
                ? Optional.of(new TraceParent(parts.group(2), parts.group(3), parts.group(4)))
                : Optional.empty();
    }

    /** The header's value, in version 00. */
    public String header() {
        return "00-" + trace + "-" + span + "-" + flags;
    }
}
