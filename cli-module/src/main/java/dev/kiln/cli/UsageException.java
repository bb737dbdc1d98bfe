package dev.kiln.cli;

/** The command line cannot be carried out as it is typed, and nothing of it was begun; the message says why. */
public final class UsageException extends Exception {

    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
