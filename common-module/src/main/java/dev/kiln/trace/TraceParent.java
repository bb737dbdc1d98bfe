package dev.kiln.trace;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace, under which something else belongs.
 *
 * @param trace 32 hexadecimal digits
 * @param span 16 hexadecimal digits
 * @param flags 2 hexadecimal digits; the last bit says that the trace is recorded
 */
public record TraceParent(String trace, String span, String flags) {

    /** The name of the header, of HTTP and of messages, that carries it. */
    public static final String HEADER = "traceparent";

    // Later versions may add something at the end.
    private static final int LONGEST = 256;
    private static final Pattern FORM = Pattern.compile(
            "(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})" + "([0-9a-f]{16})-([0-9a-f]{2})(-[\\x21-\\x7e]*)?");

    /** What a header says, in the form of W3C's Trace Context; empty when it is anything else, however long. */
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
