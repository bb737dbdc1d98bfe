package dev.kiln.template;

/**
 * Refuses a BuildContent, a TestContent or a component's content; the message names the line, the value, the rule and
 * the remedy.
 */
public final class BuildContentException extends Exception {

    private static final long serialVersionUID = 1;

    private final String code;

    public BuildContentException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The error code on the wire, for example {@code EmptyCommandContent.RUN}. */
    public String code() {
        return code;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
