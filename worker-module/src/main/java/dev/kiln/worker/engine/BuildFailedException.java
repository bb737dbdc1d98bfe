package dev.kiln.worker.engine;

/**
 * The build ended for a reason that lies in the template or its base image. The code becomes the execution's ErrorCode,
 * the message its ErrorInfo: which step, which exit code, the last lines of output.
 */
public final class BuildFailedException extends Exception {

    private static final long serialVersionUID = 1;

    private final String code;
    private final int exitCode;

    public BuildFailedException(String code, String message) {
        this(code, message, -1);
    }

    /** A failure with the exit code of the command. */
    BuildFailedException(String code, String message, int exitCode) {
        super(message);
        this.code = code;
        this.exitCode = exitCode;
    }

    /** The failed command's exit code; -1 when it did not end by itself. */
    int exitCode() {
        return exitCode;
    }

    /** For programs, for example {@code BuildCommand.Failed}, {@code BuildStep.TimedOut}, {@code BaseImage.Refused}. */
    public String code() {
        return code;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
