package dev.kiln.worker.machine;

/** A machine did not come up, or ended by itself; the message says why, with the last lines of its console. */
public final class BootFailedException extends Exception {

    private static final long serialVersionUID = 1;

    public BootFailedException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
