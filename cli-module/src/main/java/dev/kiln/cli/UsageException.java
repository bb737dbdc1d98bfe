package dev.kiln.cli;

/** The command line does not make sense; the message says why. */
public final class UsageException extends Exception {

    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
