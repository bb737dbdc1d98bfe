package dev.kiln.image.disk;

/** The disk is broken, hostile or cannot be built on; the message names the object, the rule and the remedy. */
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
