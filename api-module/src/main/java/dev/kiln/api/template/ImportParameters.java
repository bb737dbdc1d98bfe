package dev.kiln.api.template;

import static dev.kiln.api.operation.Parameter.flag;
import static dev.kiln.api.operation.Parameter.integer;
import static dev.kiln.api.operation.Parameter.objects;
import static dev.kiln.api.operation.Parameter.oneOf;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Tags;
import dev.kiln.template.Tag;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** ImportImageOptions: the import of a template whose BaseImageType is OSS. All of it is kept. */
final class ImportParameters {

    static final String GROUP = "ImportImageOptions";

    static final ErrorCode INVALID_ARCHITECTURE = invalid("Architecture", "not x86_64 or arm64");
    static final ErrorCode INVALID_OS_TYPE = invalid("OSType", "not linux or windows");
    static final ErrorCode INVALID_BOOT_MODE = invalid("BootMode", "not BIOS or UEFI");
    static final ErrorCode INVALID_PLATFORM = invalid("Platform", "not among the vendor's platforms");
    static final ErrorCode INVALID_LICENSE = invalid("LicenseType", "not Auto, Aliyun or BYOL");
    static final ErrorCode INVALID_NVME = invalid("FeaturesNvmeSupport", "not supported or unsupported");
    static final ErrorCode INVALID_FORMAT = invalid("DiskDeviceMappingsFormat", "not RAW, VHD or QCOW2");
    static final ErrorCode INVALID_OBJECT =
            invalid("DiskDeviceMappingsOSSObject", "not an object's name: a path of at most 1023 bytes");
    static final ErrorCode INVALID_BUCKET = invalid("DiskDeviceMappingsOSSBucket", "not a bucket's name");
    static final ErrorCode TOO_MANY_DISKS =
            new ErrorCode("InvalidImportImageOptionsDiskDeviceMappings.LengthLimitExceeded", 400, "more than 17 disks");
    static final ErrorCode INVALID_DISK_SIZE =
            new ErrorCode("InvalidOperation.DiskImageSizeExceeded", 400, "not 1 to 2048");
    static final ErrorCode MISSING = missing("ImportImageOptions", "BaseImageType OSS without ImportImageOptions");
    static final ErrorCode MISSING_OBJECT =
            missing("ImportImageOptionsDiskDeviceMappingsOSSObject", "a disk without OSSObject");
    static final ErrorCode MISSING_BUCKET =
            missing("ImportImageOptionsDiskDeviceMappingsOSSBucket", "a disk without OSSBucket");
    static final ErrorCode MISSING_DISKS =
            missing("ImageOptionsDiskDeviceMappings", "BaseImageType OSS without a disk");

    static final Parameter<String> ARCHITECTURE = oneOf(GROUP + ".Architecture", "x86_64", "arm64")
            .code(INVALID_ARCHITECTURE)
            .kept()
            .or("x86_64");
    static final Parameter<String> OS_TYPE = oneOf(GROUP + ".OSType", "linux", "windows")
            .code(INVALID_OS_TYPE)
            .kept()
            .or("linux");
    static final Parameter<String> PLATFORM = Parameter.of(GROUP + ".Platform", Names.platform())
            .code(INVALID_PLATFORM)
            .kept();
    static final Parameter<String> BOOT_MODE =
            oneOf(GROUP + ".BootMode", "BIOS", "UEFI").code(INVALID_BOOT_MODE).kept();
    static final Parameter<String> LICENSE_TYPE = oneOf(GROUP + ".LicenseType", "Auto", "Aliyun", "BYOL")
            .code(INVALID_LICENSE)
            .kept()
            .or("Auto");
    static final Parameter<String> NVME_SUPPORT = oneOf(GROUP + ".Features.NvmeSupport", "supported", "unsupported")
            .code(INVALID_NVME)
            .kept()
            .or("unsupported");
    static final Parameter<String> IMDS_SUPPORT =
            oneOf(GROUP + ".Features.ImdsSupport", "v1", "v2").kept().or("v1");
    static final Parameter<String> RETENTION = oneOf(
                    GROUP + ".RetentionStrategy",
                    "RetainOnlySuccessful",
                    "RetainOnlyFailed",
                    "RetainAlways",
                    "RetainNever")
            .kept()
            .or("RetainNever");
    static final Parameter<Boolean> RETAIN =
            flag(GROUP + ".RetainImportedImage").kept().or(false);
    static final Parameter<String> IMAGE_NAME = Parameter.of(GROUP + ".ImageName", Names.name(128))
            .code(TemplateParameters.INVALID_IMAGE_NAME)
            .kept();
    static final Parameter<String> DESCRIPTION = Parameter.of(GROUP + ".Description", Names.description())
            .code(TemplateParameters.INVALID_DESCRIPTION)
            .kept();
    static final Parameter<String> ROLE =
            Parameter.of(GROUP + ".RoleName", Names.elsewhere()).kept();
    static final Parameter<List<Tag>> TAGS =
            Tags.parameter(GROUP + ".ImportImageTags").kept();

    /**
     * A disk image in a bucket.
     *
     * @param format empty if it is to be detected; so is {@code size}
     */
    record Disk(String bucket, String object, Optional<String> format, Optional<Integer> size) {}

    private static final Parameter<String> BUCKET = Parameter.of("OSSBucket", Names.bucket())
            .code(INVALID_BUCKET)
            .required(MISSING_BUCKET)
            .kept();
    private static final Parameter<String> OBJECT = Parameter.of("OSSObject", Names.object())
            .code(INVALID_OBJECT)
            .required(MISSING_OBJECT)
            .kept();
    private static final Parameter<String> FORMAT =
            oneOf("Format", "RAW", "VHD", "QCOW2").code(INVALID_FORMAT).kept();
    private static final Parameter<Integer> SIZE =
            integer("DiskImageSize", 1, 2048).code(INVALID_DISK_SIZE).kept();

    static final Parameter<List<Disk>> DISKS = objects(
                    GROUP + ".DiskDeviceMappings",
                    List.of(BUCKET, OBJECT, FORMAT, SIZE),
                    disk -> new Disk(disk.get(BUCKET), disk.get(OBJECT), disk.find(FORMAT), disk.find(SIZE)),
                    17,
                    TOO_MANY_DISKS)
            .kept();

    /** Codes in the order of the reference; codes for missing parameters stand apart there. */
    static final List<ErrorCode> CODES = List.of(
            INVALID_ARCHITECTURE,
            INVALID_OS_TYPE,
            INVALID_BOOT_MODE,
            INVALID_PLATFORM,
            INVALID_LICENSE,
            INVALID_NVME,
            INVALID_FORMAT,
            INVALID_OBJECT,
            INVALID_BUCKET,
            TOO_MANY_DISKS,
            INVALID_DISK_SIZE);

    static final List<ErrorCode> MISSING_CODES = List.of(MISSING, MISSING_OBJECT, MISSING_BUCKET, MISSING_DISKS);

    static final List<Parameter<?>> ALL = List.of(
            ARCHITECTURE,
            OS_TYPE,
            PLATFORM,
            BOOT_MODE,
            LICENSE_TYPE,
            DISKS,
            NVME_SUPPORT,
            IMDS_SUPPORT,
            RETENTION,
            RETAIN,
            IMAGE_NAME,
            DESCRIPTION,
            ROLE,
            TAGS);

    /** What is said of the image itself; an image has it under the name without the group. */
    private static final List<Parameter<String>> OF_THE_IMAGE =
            List.of(PLATFORM, BOOT_MODE, LICENSE_TYPE, NVME_SUPPORT, IMDS_SUPPORT);

    private ImportParameters() {}

    /** What a template's parameters say of the image that is imported, as ImportImage keeps it. */
    static Map<String, String> ofTheImage(Map<String, String> kept) {
        return OF_THE_IMAGE.stream()
                .filter(parameter -> kept.containsKey(parameter.name()))
                .collect(Collectors.toMap(
                        parameter -> parameter.name().substring(GROUP.length() + 1),
                        parameter -> String.valueOf(kept.get(parameter.name()))));
    }

    private static ErrorCode invalid(String parameter, String when) {
        return new ErrorCode("InvalidParameter." + GROUP + parameter, 400, when);
    }

    private static ErrorCode missing(String parameter, String when) {
        return new ErrorCode("MissingParameter." + parameter, 404, when);
    }
}
