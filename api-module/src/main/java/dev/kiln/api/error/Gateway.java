package dev.kiln.api.error;

import java.util.List;

/** The codes of the protocol itself, which is checked before the operation. */
public final class Gateway {

    public static final ErrorCode METHOD = new ErrorCode("UnsupportedHTTPMethod", 400, "neither GET nor POST");
    public static final ErrorCode FORMAT = new ErrorCode("InvalidParameter.Format", 400, "neither JSON nor XML");
    public static final ErrorCode INCOMPLETE_SIGNATURE = new ErrorCode(
            "IncompleteSignature", 400, "Authorization or the headers it needs are malformed or not signed");
    public static final ErrorCode SIGNATURE_METHOD =
            new ErrorCode("InvalidSignatureMethod", 400, "V1 with a method other than HMAC-SHA1");
    public static final ErrorCode SIGNATURE_VERSION =
            new ErrorCode("InvalidSignatureVersion", 400, "V1 with a version other than 1.0");
    public static final ErrorCode TIME_FORMAT =
            new ErrorCode("InvalidTimeStamp.Format", 400, "not `YYYY-MM-DDThh:mm:ssZ`");
    public static final ErrorCode TIME_EXPIRED =
            new ErrorCode("InvalidTimeStamp.Expired", 400, "more than 15 minutes off");
    public static final ErrorCode NONCE =
            new ErrorCode("InvalidSignatureNonce", 400, "the nonce is not 1 to 128 printable characters");
    public static final ErrorCode KEY_NOT_FOUND = new ErrorCode("InvalidAccessKeyId.NotFound", 404, "no such key");
    public static final ErrorCode KEY_INACTIVE =
            new ErrorCode("InvalidAccessKeyId.Inactive", 400, "the key is disabled");
    public static final ErrorCode TOKEN_MISSING =
            new ErrorCode("MissingSecurityToken", 400, "a temporary key without its token");
    public static final ErrorCode TOKEN_MALFORMED =
            new ErrorCode("InvalidSecurityToken.Malformed", 400, "the token is malformed");
    public static final ErrorCode TOKEN_MISMATCH =
            new ErrorCode("InvalidSecurityToken.MismatchWithAccessKey", 400, "the token belongs to another key");
    public static final ErrorCode TOKEN_EXPIRED =
            new ErrorCode("InvalidSecurityToken.Expired", 400, "the key and its token have expired");
    public static final ErrorCode SIGNATURE_MISMATCH = new ErrorCode(
            "SignatureDoesNotMatch",
            400,
            "the secret or the signed text differs; the message ends with the server's string to sign");
    public static final ErrorCode THROTTLED = new ErrorCode(
            "Throttling.User", 400, "the key sends too many requests; `x-acs-retry-after` says when to try again");
    public static final ErrorCode NONCE_USED = new ErrorCode("SignatureNonceUsed", 400, "the nonce was used before");
    public static final ErrorCode ACTION_NOT_FOUND = new ErrorCode("InvalidAction.NotFound", 404, "no such operation");
    public static final ErrorCode VERSION = new ErrorCode("InvalidVersion", 400, "a version other than `2014-05-26`");
    public static final ErrorCode FORBIDDEN = new ErrorCode(
            "Forbidden.RAM",
            403,
            "a policy of the key does not allow the operation on what it names; checked after the parameters' form");

    /** All codes, in the order in which they are checked. */
    public static final List<ErrorCode> CODES = List.of(
            METHOD,
            ErrorCode.INVALID_PARAMETER,
            FORMAT,
            missing("AccessKeyId", "V1 without it; the other five parameters of a signature have codes of this form"),
            INCOMPLETE_SIGNATURE,
            SIGNATURE_METHOD,
            SIGNATURE_VERSION,
            TIME_FORMAT,
            TIME_EXPIRED,
            NONCE,
            KEY_NOT_FOUND,
            KEY_INACTIVE,
            TOKEN_MISSING,
            TOKEN_MALFORMED,
            TOKEN_MISMATCH,
            TOKEN_EXPIRED,
            SIGNATURE_MISMATCH,
            THROTTLED,
            NONCE_USED,
            missing("Action", "no operation is named"),
            missing("Version", "no version is named"),
            ACTION_NOT_FOUND,
            VERSION,
            FORBIDDEN);

    private Gateway() {}

    private static ErrorCode missing(String parameter, String when) {
        return new ErrorCode("Missing" + parameter, 400, when);
    }

    /** A parameter of the protocol is missing. */
    public static ApiException missing(String parameter) {
        return missing(parameter, "").because(parameter + " is mandatory for this action.");
    }
}
