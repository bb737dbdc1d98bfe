package dev.kiln.api.error;

/**
 * A code of the vendor's reference, or of Kiln where that has none. Codes are constants of the classes that answer
 * them; docs/api.md lists those that operations declare, and a test provokes each.
 *
 * @param status HTTP status
 * @param when when it is answered, in words
 */
public record ErrorCode(String code, int status, String when) {

    public static final ErrorCode MISSING_PARAMETER =
            new ErrorCode("MissingParameter", 400, "a required parameter is missing");
    public static final ErrorCode INVALID_PARAMETER = new ErrorCode(
            "InvalidParameter",
            400,
            "malformed encoding, a duplicate name, too many parameters, a body that is not a form");
    public static final ErrorCode INVALID_REGION =
            new ErrorCode("InvalidRegionId.NotFound", 404, "the region is not configured");

    /** The gateway's rule for a parameter that has no code of its own. */
    public static ErrorCode invalid(String parameter) {
        return new ErrorCode("Invalid" + parameter, 400, parameter + " is not valid");
    }

    /** A refusal with this code. */
    public ApiException because(String message) {
        return new ApiException(code, status, message);
    }

    /** Whether the other has the same code, whatever its status and description. */
    public boolean isSame(ErrorCode other) {
        return code.equals(other.code);
    }
}
