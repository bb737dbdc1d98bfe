package dev.kiln.api.error;

import dev.kiln.region.RegionId;

/** Refusals shared by several operations, with one wording each. */
public final class Refusals {

    public static final ErrorCode IMAGE_NOT_FOUND =
            new ErrorCode("InvalidImageId.NotFound", 404, "no such image in the region that the account may use");
    public static final ErrorCode TEMPLATE_NOT_FOUND =
            new ErrorCode("InvalidImagePipeline.NotFound", 404, "no such template in the region");
    public static final ErrorCode EXECUTION_NOT_FOUND =
            new ErrorCode("InvalidImagePipelineExecution.NotFound", 404, "no such execution in the region");
    public static final ErrorCode EXECUTION_RUNNING = new ErrorCode(
            "InvalidImagePipeline.HasRunningExecution", 403, "an execution of the template has not ended");

    private static final int SHOWN = 64;

    private Refusals() {}

    public static ApiException missing(String parameter) {
        return missing(ErrorCode.MISSING_PARAMETER, parameter);
    }

    /** A missing parameter for which the operation has its own code. */
    public static ApiException missing(ErrorCode code, String parameter) {
        return code.because("The input parameter \"" + parameter
                + "\" that is mandatory for processing this request is not supplied.");
    }

    public static ApiException invalid(ErrorCode code, String parameter, String value, String rule) {
        return code.because("The specified " + parameter + " " + quoted(value) + " is not valid: " + rule + ".");
    }

    /** The client's fault, unlike a region that cannot be written to. */
    public static ApiException bodyBrokeOff() {
        return ErrorCode.INVALID_PARAMETER.because(
                "The body is malformed or broke off, or nothing of it came for too long. Send the request again.");
    }

    public static ApiException regionNotFound(String region) {
        return ErrorCode.INVALID_REGION.because(
                "The specified RegionId does not exist: " + quoted(region) + ". DescribeRegions lists those that do.");
    }

    public static ApiException regionAway(RegionId region) {
        return new ApiException(
                "ServiceUnavailable",
                503,
                "Region " + region + " cannot be reached or written to now. Try again in a moment.");
    }

    public static ApiException bucketAway(String bucket) {
        return new ApiException(
                "ServiceUnavailable", 503, "Bucket " + bucket + " cannot be reached now. Try again in a moment.");
    }

    public static ApiException xzBusy() {
        return new ApiException(
                "ServiceUnavailable",
                503,
                "Many archives are being unpacked by xz now, and this one has not had its turn. Try again in a moment,"
                        + " or pack it by gzip or zstd.");
    }

    public static ApiException imageNotFound(String image) {
        return IMAGE_NOT_FOUND.because("The specified ImageId " + quoted(image) + " does not exist in this region.");
    }

    public static ApiException templateNotFound(String template) {
        return TEMPLATE_NOT_FOUND.because(
                "The specified ImagePipelineId " + quoted(template) + " does not exist in this region.");
    }

    public static ApiException executionNotFound() {
        return EXECUTION_NOT_FOUND.because("The specified image pipeline execution does not exist!");
    }

    public static ApiException executionRunning(Object template) {
        return EXECUTION_RUNNING.because("The specified image pipeline " + template
                + " has a running execution. Cancel it, or wait until it has ended.");
    }

    /** The value in quotation marks, shortened for a message. */
    public static String quoted(String value) {
        return value.length() <= SHOWN
                ? "\"" + value + "\""
                : "\""
                        + value.substring(
                                0,
                                value.offsetByCodePoints(0, Math.min(SHOWN, value.codePointCount(0, value.length()))))
                        + "…\"";
    }
}
