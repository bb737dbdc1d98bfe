package dev.kiln.cli;

/** The exit status of a command that followed an execution to its end. */
final class ExitStatus {

    static final int DONE = 0;
    static final int REFUSED = 1;
    static final int USAGE = 2;

    private ExitStatus() {}

    /** The exit status for a final status; only a success is 0, for programs that check nothing else. */
    static int of(String status) {
        return switch (status) {
            case "SUCCESS" -> DONE;
            case "FAILED" -> 10;
            case "TEST_FAILED" -> 11;
            case "PARTITION_SUCCESS" -> 12;
            case "CANCELLED" -> 13;
            default -> throw new IllegalArgumentException(status + " is not an end");
        };
    }

    static boolean isFinal(String status) {
        return switch (status) {
            case "SUCCESS", "FAILED", "TEST_FAILED", "PARTITION_SUCCESS", "CANCELLED" -> true;
            default -> false;
        };
    }
}
