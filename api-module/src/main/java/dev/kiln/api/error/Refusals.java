package dev.kiln.api.error;

import dev.kiln.region.RegionId;

/** The refusals that more than one operation gives, with one wording each. */
public final class Refusals {

    private static final int SHOWN = 64;

    private Refusals() {}

    public static ApiException missing(String parameter) {
        return new ApiException(
                "MissingParameter",
                400,
                "The input parameter \"" + parameter
                        + "\" that is mandatory for processing this request is not supplied.");
    }

    /**
     * A parameter of the protocol itself is missing, so the gateway's code is used: {@code MissingAction} and so on.
     */
    public static ApiException missingCommon(String parameter) {
        return new ApiException("Missing" + parameter, 400, parameter + " is mandatory for this action.");
    }

    public static ApiException invalid(String code, String parameter, String value, String rule) {
        return new ApiException(
                code, 400, "The specified " + parameter + " " + quoted(value) + " is not valid: " + rule + ".");
    }

    /** The client's fault, unlike a region that cannot be written to. */
    public static ApiException bodyBrokeOff() {
        return new ApiException(
                "InvalidParameter",
                400,
                "The body is malformed or broke off, or nothing of it came for too long. Send the request again.");
    }

    public static ApiException regionNotFound(String region) {
        return new ApiException(
                "InvalidRegionId.NotFound",
                404,
                "The specified RegionId does not exist: " + quoted(region) + ". DescribeRegions lists those that do.");
    }

    public static ApiException regionAway(RegionId region) {
        return new ApiException(
                "ServiceUnavailable",
                503,
                "Region " + region + " cannot be reached or written to now. Try again in a moment.");
    }

    public static ApiException imageNotFound(String image) {
        return new ApiException(
                "InvalidImageId.NotFound",
                404,
                "The specified ImageId " + quoted(image) + " does not exist in this region.");
    }

    public static ApiException templateNotFound(String template) {
        return new ApiException(
                "InvalidImagePipeline.NotFound",
                404,
                "The specified ImagePipelineId " + quoted(template) + " does not exist in this region.");
    }

    public static ApiException executionNotFound() {
        return new ApiException(
                "InvalidImagePipelineExecution.NotFound",
                404,
                "The specified image pipeline execution does not exist!");
    }

    /** The value in quotation marks, cut to a length that suits a message. */
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
