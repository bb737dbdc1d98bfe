package dev.kiln.faults.proof;

/** The faults of a round did not meet the conditions that they need. */
final class NotProvokedException extends Exception {
    private static final long serialVersionUID = 1;

    NotProvokedException(String message) {
        super(message);
    }
}
