package dev.kiln.image.archive;

/** The archive is broken or hostile; the message names the entry, the rule and what to do. */
public final class ArchiveRefusedException extends Exception {

    private static final long serialVersionUID = 1;

    public ArchiveRefusedException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
