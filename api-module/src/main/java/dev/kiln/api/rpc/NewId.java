package dev.kiln.api.rpc;

import dev.kiln.execution.ExecutionId;
import dev.kiln.image.ImageId;
import dev.kiln.template.ComponentId;
import dev.kiln.template.TemplateId;
import java.security.SecureRandom;

/** Makes ids as the wire writes them: a prefix and 20 random lower-case letters and digits. */
public final class NewId {

    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int LENGTH = 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private NewId() {}

    public static TemplateId template() {
        return new TemplateId("ip-" + text(LENGTH));
    }

    public static ExecutionId execution() {
        return new ExecutionId("exec-" + text(LENGTH));
    }

    public static ImageId image() {
        return new ImageId("m-" + text(LENGTH));
    }

    public static ComponentId component() {
        return new ComponentId("ic-" + text(LENGTH));
    }

    /** The id of a task, as imports and exports are called. */
    public static String task() {
        return "t-" + text(LENGTH);
    }

    /** Random lower-case letters and digits. */
    public static String text(int length) {
        var text = new StringBuilder(length);
        RANDOM.ints(length, 0, ALPHABET.length()).forEach(at -> text.append(ALPHABET.charAt(at)));
        return text.toString();
    }
}
