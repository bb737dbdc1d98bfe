package dev.kiln.image.disk;

/**
 * The disk is broken, hostile or of a kind that cannot be built on; the message names what, the rule and what to do.
 */
public final class DiskRefusedException extends Exception {

    private static final long serialVersionUID = 1;

    public DiskRefusedException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
