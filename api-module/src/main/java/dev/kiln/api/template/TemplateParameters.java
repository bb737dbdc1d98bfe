package dev.kiln.api.template;

import static dev.kiln.api.operation.Parameter.flag;
import static dev.kiln.api.operation.Parameter.integer;
import static dev.kiln.api.operation.Parameter.list;
import static dev.kiln.api.operation.Parameter.oneOf;
import static dev.kiln.api.operation.Parameter.text;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Tags;
import dev.kiln.region.RegionId;
import dev.kiln.template.BuildContent;
import dev.kiln.template.Tag;
import java.util.List;

/** The parameters that a template is created with and returned with. */
final class TemplateParameters {

    static final ErrorCode INVALID_NAME = new ErrorCode("InvalidName.Malformed", 400, "Name is not valid");
    static final ErrorCode INVALID_DESCRIPTION =
            new ErrorCode("InvalidDescription.Malformed", 400, "Description is not valid");
    static final ErrorCode INVALID_IMAGE_NAME =
            new ErrorCode("InvalidImageName.Malformed", 400, "the image's name is not valid");
    static final ErrorCode INVALID_IMAGE_FAMILY =
            new ErrorCode("InvalidImageFamily.Malformed", 400, "the image's family is not valid");
    static final ErrorCode INVALID_BASE_IMAGE_TYPE =
            new ErrorCode("InvalidBaseImageType.NotSupportedValue", 400, "neither IMAGE nor IMAGE_FAMILY nor OSS");
    static final ErrorCode INVALID_DISK =
            new ErrorCode("InvalidSystemDiskSize.NotSupportedValue", 400, "not 20 to 500");
    static final ErrorCode INVALID_BANDWIDTH =
            new ErrorCode("InvalidInternetMaxBandwidthOut.NotSupportedValue", 400, "not 0 to 100");
    static final ErrorCode TOO_MANY_ACCOUNTS =
            new ErrorCode("InvalidAddAccountSize.ExceededMaxNumber", 400, "more than 20 accounts");
    static final ErrorCode TOO_MANY_REGIONS =
            new ErrorCode("InvalidToRegionIdSize.ExceededMaxNumber", 400, "more than 20 regions");
    static final ErrorCode COMBINATION =
            new ErrorCode("InvalidParameterCombination", 400, "parameters that exclude each other");
    static final ErrorCode INVALID_REPAIR_MODE =
            new ErrorCode("InvalidParameter.RepairMode", 400, "not Standard, All or Customized");
    static final ErrorCode INVALID_NVME =
            new ErrorCode("InvalidParameter.NvmeSupport", 400, "not supported, unsupported or auto");
    static final ErrorCode INVALID_IMAGE_DESCRIPTION =
            new ErrorCode("InvalidImageOptions.Description", 400, "ImageOptions.Description is not valid");
    static final ErrorCode INVALID_SUFFIX = new ErrorCode("InvalidAdvancedOptions.ImageNameSuffix", 400, "not disable");
    static final ErrorCode MISSING_REPAIR_MODE =
            new ErrorCode("MissingParameter.RepairMode", 404, "RepairItem without RepairMode");

    private static final int MOST = 20;
    private static final String[] NVME = {"supported", "unsupported", "auto"};
    private static final String[] REPAIR_WORDS = {
        "fstab",
        "grub",
        "dhcp",
        "selinux",
        "growpart",
        "cloudinit",
        "aegis",
        "nvme",
        "virtio",
        "standardizedtimezone",
        "bcd",
        "hotfix",
        "disk",
        "update",
        "server",
        "bootmgr",
        "vminit",
        "osloader"
    };

    static final Parameter<String> BASE_IMAGE_TYPE = oneOf("BaseImageType", "IMAGE", "IMAGE_FAMILY", "OSS")
            .code(INVALID_BASE_IMAGE_TYPE)
            .required();
    static final Parameter<String> BASE_IMAGE = text("BaseImage").or("");
    static final Parameter<String> NAME = Parameter.of("Name", Names.name(128)).code(INVALID_NAME);
    static final Parameter<String> DESCRIPTION = Parameter.of("Description", Names.description())
            .code(INVALID_DESCRIPTION)
            .or("");
    static final Parameter<String> BUILD_CONTENT = Content.parameter("BuildContent", BuildContent.Kind.BUILD);
    static final Parameter<String> TEST_CONTENT = Content.parameter("TestContent", BuildContent.Kind.TEST);
    static final Parameter<List<RegionId>> TO_REGIONS =
            list("ToRegionId", Scalar.region(), MOST, TOO_MANY_REGIONS).code(ErrorCode.INVALID_REGION);
    static final Parameter<List<AccountId>> ADD_ACCOUNTS =
            list("AddAccount", Scalar.account(), MOST, TOO_MANY_ACCOUNTS);
    static final Parameter<String> V_SWITCH =
            Parameter.of("VSwitchId", Names.elsewhere()).kept();
    static final Parameter<String> INSTANCE_TYPE =
            Parameter.of("InstanceType", Names.elsewhere()).kept();
    static final Parameter<Integer> DISK =
            integer("SystemDiskSize", 20, 500).code(INVALID_DISK).or(40);
    static final Parameter<Integer> BANDWIDTH =
            integer("InternetMaxBandwidthOut", 0, 100).code(INVALID_BANDWIDTH).or(0);
    static final Parameter<Boolean> DELETE_INSTANCE =
            flag("DeleteInstanceOnFailure").kept().or(true);
    static final Parameter<String> RESOURCE_GROUP =
            Parameter.of("ResourceGroupId", Names.elsewhere()).kept();
    static final Parameter<String> REPAIR_MODE = oneOf("RepairMode", "Standard", "All", "Customized")
            .code(INVALID_REPAIR_MODE)
            .kept();
    static final Parameter<List<String>> REPAIR_ITEM =
            list("RepairItem", Scalar.oneOf(REPAIR_WORDS), MOST, COMBINATION).kept();
    static final Parameter<String> IMAGE_NAME = imageName("ImageOptions.ImageName");
    static final Parameter<String> OLD_IMAGE_NAME = imageName("ImageName");
    static final Parameter<String> IMAGE_FAMILY = imageFamily("ImageOptions.ImageFamily");
    static final Parameter<String> OLD_IMAGE_FAMILY = imageFamily("ImageFamily");
    static final Parameter<String> IMAGE_DESCRIPTION = Parameter.of("ImageOptions.Description", Names.description())
            .code(INVALID_IMAGE_DESCRIPTION)
            .or("");
    static final Parameter<String> NVME_SUPPORT = oneOf("ImageOptions.ImageFeatures.NvmeSupport", NVME)
            .code(INVALID_NVME)
            .kept();
    static final Parameter<String> OLD_NVME_SUPPORT =
            oneOf("NvmeSupport", NVME).code(INVALID_NVME).kept();
    static final Parameter<List<Tag>> IMAGE_TAGS = Tags.parameter("ImageOptions.ImageTags");
    static final Parameter<Boolean> RETAIN_ASSISTANT =
            flag("AdvancedOptions.RetainCloudAssistant").kept().or(false);
    static final Parameter<String> SUFFIX =
            oneOf("AdvancedOptions.ImageNameSuffix", "disable").code(INVALID_SUFFIX);

    private TemplateParameters() {}

    private static Parameter<String> imageName(String name) {
        return Parameter.of(name, Names.name(64)).code(INVALID_IMAGE_NAME);
    }

    private static Parameter<String> imageFamily(String name) {
        return Parameter.of(name, Names.family()).code(INVALID_IMAGE_FAMILY);
    }
}
