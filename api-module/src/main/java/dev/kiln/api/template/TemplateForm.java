package dev.kiln.api.template;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.rpc.Call;
import dev.kiln.api.rpc.Parameters;
import dev.kiln.region.RegionId;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import dev.kiln.template.Template;
import dev.kiln.template.TemplateId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the parameters of CreateImagePipeline; everything that needs no look at the database is checked here. */
final class TemplateForm {

    private static final int MAX_LIST = 20;
    private static final Pattern NAME = Pattern.compile("\\p{L}[\\p{L}\\p{N}:_.-]{1,127}");
    private static final Pattern IMAGE_NAME = Pattern.compile("\\p{L}[\\p{L}\\p{N}:_.-]{1,63}");
    private static final Pattern FAMILY = Pattern.compile("(?!aliyun|acs:)\\p{L}[\\p{L}\\p{N}:_-]{1,127}");
    private static final Pattern ACCOUNT = Pattern.compile("0*[1-9]\\d{0,15}");
    private static final List<String> NVME = List.of("supported", "unsupported", "auto");

    private final Call call;
    private final Parameters parameters;

    TemplateForm(Call call) {
        this.call = call;
        this.parameters = call.parameters();
    }

    Template read(TemplateId id) {
        var region = parameters.region();
        var type = baseImageType();
        return new Template(
                id,
                call.account(),
                region,
                form(parameters, "Name", "InvalidName.Malformed", NAME, 128).orElse(id.value()),
                description("Description", "InvalidDescription.Malformed"),
                type,
                parameters.required("BaseImage"),
                content("BuildContent", BuildContent.Kind.BUILD),
                content("TestContent", BuildContent.Kind.TEST),
                imageOptions(),
                parameters.integer(
                        "InternetMaxBandwidthOut", 0, 0, 100, "InvalidInternetMaxBandwidthOut.NotSupportedValue"),
                parameters.integer("SystemDiskSize", 40, 20, 500, "InvalidSystemDiskSize.NotSupportedValue"),
                toRegions(),
                addAccounts(),
                parameters.tags("Tag"),
                kept(),
                Optional.empty(),
                Instant.EPOCH);
    }

    private Template.BaseImageType baseImageType() {
        var type = parameters.required("BaseImageType");
        if (!type.equals("IMAGE") && !type.equals("IMAGE_FAMILY")) {
            throw Refusals.invalid(
                    "InvalidBaseImageType.NotSupportedValue",
                    "BaseImageType",
                    type,
                    "it has to be IMAGE or IMAGE_FAMILY");
        }
        if (parameters.mentions("ImportImageOptions")) {
            throw new ApiException(
                    "InvalidParameterCombination",
                    400,
                    "ImportImageOptions go with BaseImageType OSS, which is not supported. Leave them out.");
        }
        return Template.BaseImageType.valueOf(type);
    }

    private String content(String name, BuildContent.Kind kind) {
        var text = parameters.text(name).orElse("");
        try {
            BuildContent.parse(text, kind);
            return text;
        } catch (BuildContentException e) {
            throw new ApiException(e.code(), 400, e.getMessage());
        }
    }

    private Template.ImageOptions imageOptions() {
        var suffix = parameters.word(
                "AdvancedOptions.ImageNameSuffix", "InvalidAdvancedOptions.ImageNameSuffix", List.of("disable"));
        return new Template.ImageOptions(
                newerOrOlder("ImageName", "InvalidImageName.Malformed", IMAGE_NAME, 64),
                suffix.isEmpty(),
                newerOrOlder("ImageFamily", "InvalidImageFamily.Malformed", FAMILY, 128),
                description("ImageOptions.Description", "InvalidImageOptions.Description"),
                parameters.tags("ImageOptions.ImageTags"));
    }

    /** ImageOptions.X, or the deprecated X; both are taken if they say the same. */
    private String newerOrOlder(String name, String code, Pattern pattern, int max) {
        var newer = form(parameters, "ImageOptions." + name, code, pattern, max);
        var older = form(parameters, name, code, pattern, max);
        if (newer.isPresent() && older.isPresent() && !newer.equals(older)) {
            throw new ApiException(
                    "InvalidParameterCombination",
                    400,
                    name + " and ImageOptions." + name + " differ. Give ImageOptions." + name + " alone.");
        }
        return newer.or(() -> older).orElse("");
    }

    static Optional<String> form(Parameters parameters, String name, String code, Pattern pattern, int max) {
        var given = parameters.text(name);
        given.filter(value -> !pattern.matcher(value).matches()).ifPresent(value -> {
            throw Refusals.invalid(
                    code,
                    name,
                    value,
                    "it has 2 to " + max + " characters, begins with a letter, and holds letters, digits, ':', '_', '-'"
                            + " and, but for a family, '.'");
        });
        return given;
    }

    static Optional<String> name(Parameters parameters) {
        return form(parameters, "Name", "InvalidName.Malformed", NAME, 128);
    }

    private String description(String name, String code) {
        var text = parameters.text(name).orElse("");
        var length = text.codePointCount(0, text.length());
        if (!text.isEmpty()
                && (length < 2 || length > 256 || text.startsWith("http://") || text.startsWith("https://"))) {
            throw Refusals.invalid(
                    code, name, text, "it has 2 to 256 characters and does not begin with http:// or https://");
        }
        return text;
    }

    private List<RegionId> toRegions() {
        return parameters.list("ToRegionId", MAX_LIST, "InvalidToRegionIdSize.ExceededMaxNumber").stream()
                .map(Parameters::region)
                .distinct()
                .toList();
    }

    private List<AccountId> addAccounts() {
        return parameters.list("AddAccount", MAX_LIST, "InvalidAddAccountSize.ExceededMaxNumber").stream()
                .map(TemplateForm::account)
                .distinct()
                .toList();
    }

    private static AccountId account(String value) {
        if (!ACCOUNT.matcher(value).matches()) {
            throw Refusals.invalid("InvalidAddAccount", "AddAccount", value, "it has to be a number of 1 to 16 digits");
        }
        return new AccountId(Long.parseLong(value));
    }

    /** What means nothing on one's own machines: its form is checked, and it is returned as it came. */
    private Map<String, String> kept() {
        var kept = new LinkedHashMap<String, String>();
        parameters.flag("DeleteInstanceOnFailure", true);
        parameters.flag("AdvancedOptions.RetainCloudAssistant", false);
        var repair =
                parameters.word("RepairMode", "InvalidParameter.RepairMode", List.of("Standard", "All", "Customized"));
        var items = parameters.list("RepairItem", MAX_LIST, "InvalidParameterCombination");
        if (!items.isEmpty() && !repair.equals(Optional.of("Customized"))) {
            throw new ApiException(
                    "InvalidParameterCombination",
                    400,
                    "RepairItem goes with RepairMode Customized. Give both or none.");
        }
        if (!items.isEmpty()) {
            kept.put("RepairItem", String.join(",", items));
        }
        var nvme = "ImageOptions.ImageFeatures.NvmeSupport";
        parameters.word(nvme, "InvalidParameter.NvmeSupport", NVME);
        parameters.word("NvmeSupport", "InvalidParameter.NvmeSupport", NVME);
        parameters
                .text(nvme)
                .or(() -> parameters.text("NvmeSupport"))
                .ifPresent(value -> kept.put("NvmeSupport", value));
        for (var name : List.of(
                "VSwitchId",
                "InstanceType",
                "ResourceGroupId",
                "DeleteInstanceOnFailure",
                "RepairMode",
                "AdvancedOptions.RetainCloudAssistant")) {
            parameters.text(name).ifPresent(value -> kept.put(name, value));
        }
        return kept;
    }
}
