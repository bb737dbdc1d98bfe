package dev.kiln.worker.engine;

/** A command was ended from outside, because of a limit. */
final class Stopped extends Exception {

    private static final long serialVersionUID = 1;

    /** Which limit. */
    enum Reason {
        TIME("BuildCommand.TimedOut"),
        DISK("BuildCommand.DiskLimitExceeded");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    private final Reason reason;

    Stopped(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
