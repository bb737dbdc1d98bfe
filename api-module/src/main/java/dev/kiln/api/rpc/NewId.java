package dev.kiln.api.rpc;

import dev.kiln.execution.ExecutionId;
import dev.kiln.image.ImageId;
import dev.kiln.template.ComponentId;
import dev.kiln.template.TemplateId;
import java.security.SecureRandom;

/**
 * Makes ids as the wire writes them: a prefix and 20 lower-case letters and digits. The first 8 are the time, so that
 * new rows are neighbours in every index instead of dirtying a page each. The other 12 are random: ids cannot be
 * guessed, and no two processes make the same one.
 */
public final class NewId {

    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
    // Milliseconds since 1970 in base 36, whose digits sort before its letters; enough until the year 2059.
    private static final int TIME_LENGTH = 8;
    private static final int RANDOM_LENGTH = 12;
    private static final SecureRandom RANDOM = new SecureRandom();

    private NewId() {}

    public static TemplateId template() {
        return new TemplateId("ip-" + unique());
    }

    public static ExecutionId execution() {
        return new ExecutionId("exec-" + unique());
    }

    public static ImageId image() {
        return new ImageId("m-" + unique());
    }

    public static ComponentId component() {
        return new ComponentId("ic-" + unique());
    }

    /** The id of an import or export task. */
    public static String task() {
        return "t-" + unique();
    }

    private static String unique() {
        var time = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        return "0".repeat(Math.max(0, TIME_LENGTH - time.length())) + time + text(RANDOM_LENGTH);
    }

    /** Random lower-case letters and digits. */
    public static String text(int length) {
        var text = new StringBuilder(length);
        RANDOM.ints(length, 0, ALPHABET.length()).forEach(at -> text.append(ALPHABET.charAt(at)));
        return text.toString();
    }
}
