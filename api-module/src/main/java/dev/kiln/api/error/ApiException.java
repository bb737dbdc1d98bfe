package dev.kiln.api.error;

/** A request is refused: the code and HTTP status of the reference, and a message with value, rule and remedy. */
public final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String code;
    private final int status;

    public ApiException(String code, int status, String message) {
        // A refusal is an answer, not a defect: nobody reads its stack trace, and strangers can cause millions.
        super(message, null, false, false);
        this.code = code;
        this.status = status;
    }

    public String code() {
        return code;
    }

    public int status() {
        return status;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
