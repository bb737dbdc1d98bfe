package dev.kiln.api.error;

import java.time.Duration;
import java.util.Map;

/** A request is refused: the code and HTTP status of the reference, and a message with value, rule and remedy. */
public final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String code;
    private final int status;
    private final Duration retryAfter;

    public ApiException(String code, int status, String message) {
        this(code, status, message, Duration.ZERO);
    }

    private ApiException(String code, int status, String message, Duration retryAfter) {
        // A refusal is an answer, not a defect: nobody reads its stack trace, and strangers can cause millions.
        super(message, null, false, false);
        this.code = code;
        this.status = status;
        this.retryAfter = retryAfter;
    }

    /** The same refusal of something that may be tried again after this time. */
    public ApiException retryAfter(Duration time) {
        return new ApiException(code, status, getMessage(), time);
    }

    /**
     * When to try again, for headers: {@code Retry-After} in seconds, and {@code x-acs-retry-after}, which the vendor's
     * Node SDK reads as milliseconds. Nothing when trying again is of no use.
     */
    public Map<String, String> headers() {
        return retryAfter.isZero()
                ? Map.of()
                : Map.of(
                        "Retry-After", Long.toString(retryAfter.toSeconds() + 1),
                        "x-acs-retry-after", Long.toString(retryAfter.toMillis() + 1));
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
