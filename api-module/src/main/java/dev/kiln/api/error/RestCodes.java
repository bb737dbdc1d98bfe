package dev.kiln.api.error;

import java.util.List;

/** The codes of the REST API that the wire's operations do not have. */
public final class RestCodes {

    public static final ErrorCode ROOT_ONLY =
            new ErrorCode("Forbidden.Unauthorized", 403, "only the root account may do this");
    public static final ErrorCode LONG_LIVED_ONLY =
            new ErrorCode("Forbidden.TemporaryKey", 403, "a temporary key may neither make nor change keys");
    public static final ErrorCode MORE_RIGHTS = new ErrorCode(
            "Forbidden.MoreRights", 403, "the key to be enabled has more rights than the key that signed");
    public static final ErrorCode LAST_ROOT_KEY =
            new ErrorCode("LastRootKey", 409, "this would remove the root account's last active key without a policy");
    public static final ErrorCode INVALID_DURATION =
            new ErrorCode("InvalidParameter.DurationSeconds", 400, "not 900 to 43200");
    public static final ErrorCode MALFORMED_POLICY = new ErrorCode(
            "MalformedPolicyDocument",
            400,
            "not a policy document, or one that uses something unsupported; or a sixth policy for the key");
    public static final ErrorCode TOO_MANY_KEYS =
            new ErrorCode("QuotaExceed.AccessKey", 403, "the account's quota of keys is used up");
    public static final ErrorCode ACCOUNT_EXISTS = new ErrorCode("AccountExists", 409, "the account id is taken");
    public static final ErrorCode TOO_LARGE = new ErrorCode(
            "RequestTooLarge", 413, "an upload of more than `kiln.upload-limit`, or another body of more than 64 KiB");
    public static final ErrorCode INVALID_ARCHIVE =
            new ErrorCode("InvalidArchive", 422, "the upload is not an archive, or not a safe one");
    public static final ErrorCode INVALID_DISK =
            new ErrorCode("InvalidDisk", 422, "the upload is a broken disk, or one of an unsupported kind");
    public static final ErrorCode OUTPUT_FORMAT =
            new ErrorCode("OutputFormat.Refused", 422, "the template's base image cannot be turned into that format");
    public static final ErrorCode PACKER =
            new ErrorCode("Packer.Refused", 422, "the template contains something that a Packer build cannot do");
    public static final ErrorCode ELSEWHERE =
            new ErrorCode("ImageElsewhere", 409, "the image is in the cloud where Packer made it");
    public static final ErrorCode CONFLICT = new ErrorCode(
            "OperationConflict", 409, "the same context was uploaded twice at once, or the upload was given up");
    public static final ErrorCode RUNNING = new ErrorCode(
            "InvalidImagePipeline.HasRunningExecution", 409, "an execution of the template has not ended");
    public static final ErrorCode RANGE =
            new ErrorCode("RangeNotSatisfiable", 416, "the range holds no byte of the image");
    public static final ErrorCode IMAGE_LOST =
            new ErrorCode("ImageLost", 410, "the image's bytes are no longer in its region");
    public static final ErrorCode TASK_NOT_FOUND = new ErrorCode("InvalidTaskId.NotFound", 404, "no such task");
    public static final ErrorCode NOTHING_FAILED =
            new ErrorCode("NothingFailed", 409, "no target failed: there is nothing to retry");
    public static final ErrorCode IMAGE_GONE =
            new ErrorCode("ImageGone", 409, "the execution's image was deleted: there is nothing to retry");
    public static final ErrorCode INVALID_URL =
            new ErrorCode("InvalidUrl", 400, "not a URL, or one that webhooks may not call");
    public static final ErrorCode TOO_MANY_WEBHOOKS =
            new ErrorCode("QuotaExceed.Webhook", 403, "the account's quota of webhooks is used up");
    public static final ErrorCode WEBHOOK_NOT_FOUND =
            new ErrorCode("InvalidWebhookId.NotFound", 404, "the account has no such webhook");
    public static final ErrorCode PARAMETER_NAME = new ErrorCode(
            "InvalidParameter.Name", 400, "a malformed parameter name, or one that the template does not declare");
    public static final ErrorCode PARAMETER_VALUE =
            new ErrorCode("InvalidParameter.Value", 400, "a parameter's value is too long, or a secret is too short");
    public static final ErrorCode UNATTENDED = new ErrorCode(
            "UnattendedStart.Refused",
            422,
            "the template cannot start by itself: a parameter has no default, or its base image never changes");
    public static final ErrorCode SCHEDULE_NOT_FOUND =
            new ErrorCode("InvalidSchedule.NotFound", 404, "the template has no schedule");
    public static final ErrorCode NOT_FINISHED = new ErrorCode("NotFinished", 409, "the execution has not ended yet");
    public static final ErrorCode TOO_MANY_FOLLOWERS = new ErrorCode(
            "TooManyFollowers", 429, "the account has `kiln.live.followers` open connections to this process");
    public static final ErrorCode PACKAGES_NOT_RECORDED =
            new ErrorCode("InvalidImageId.PackagesNotRecorded", 404, "the packages of the image are not recorded");
    public static final ErrorCode NO_PREVIOUS_IMAGE = new ErrorCode(
            "InvalidImageId.NoPrevious", 404, "the image's template or family has no earlier image in its region");

    /** All codes. */
    public static final List<ErrorCode> CODES = List.of(
            ROOT_ONLY,
            LONG_LIVED_ONLY,
            MORE_RIGHTS,
            LAST_ROOT_KEY,
            INVALID_DURATION,
            MALFORMED_POLICY,
            TOO_MANY_KEYS,
            ACCOUNT_EXISTS,
            TOO_LARGE,
            INVALID_ARCHIVE,
            INVALID_DISK,
            OUTPUT_FORMAT,
            PACKER,
            ELSEWHERE,
            CONFLICT,
            RUNNING,
            RANGE,
            IMAGE_LOST,
            TASK_NOT_FOUND,
            NOTHING_FAILED,
            IMAGE_GONE,
            NOT_FINISHED,
            PARAMETER_NAME,
            PARAMETER_VALUE,
            UNATTENDED,
            SCHEDULE_NOT_FOUND,
            TOO_MANY_FOLLOWERS,
            INVALID_URL,
            TOO_MANY_WEBHOOKS,
            WEBHOOK_NOT_FOUND,
            PACKAGES_NOT_RECORDED,
            NO_PREVIOUS_IMAGE);

    private RestCodes() {}
}
