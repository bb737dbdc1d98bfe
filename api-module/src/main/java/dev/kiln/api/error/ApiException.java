package dev.kiln.api.error;

import java.time.Duration;
import java.util.Map;

/** A refused request: the code and HTTP status of the reference, and a message with value, rule and remedy. */
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

    /** This refusal, with the time after which the request can be tried again. */
    public ApiException retryAfter(Duration time) {
        return new ApiException(code, status, getMessage(), time);
    }

    /**
     * Headers that say when to try again: {@code Retry-After} in seconds, and {@code x-acs-retry-after}, which the
     * vendor's Node SDK reads as milliseconds. Empty if trying again is of no use.
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
