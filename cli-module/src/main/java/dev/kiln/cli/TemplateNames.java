package dev.kiln.cli;

import java.util.Optional;
import java.util.Set;

/** The wire's names of CreateImagePipeline's parameters (docs/api.md); {@code N} stands for numbers. */
final class TemplateNames {

    static final Set<String> ALL = Set.of(
            "RegionId",
            "BaseImageType",
            "BaseImage",
            "Name",
            "Description",
            "BuildContent",
            "TestContent",
            "ToRegionId.N",
            "AddAccount.N",
            "VSwitchId",
            "InstanceType",
            "SystemDiskSize",
            "InternetMaxBandwidthOut",
            "DeleteInstanceOnFailure",
            "ClientToken",
            "ResourceGroupId",
            "Tag.N.Key",
            "Tag.N.Value",
            "RepairMode",
            "RepairItem.N",
            "ImageName",
            "ImageFamily",
            "NvmeSupport",
            "ImageOptions.ImageName",
            "ImageOptions.ImageFamily",
            "ImageOptions.Description",
            "ImageOptions.ImageFeatures.NvmeSupport",
            "ImageOptions.ImageTags.N.Key",
            "ImageOptions.ImageTags.N.Value",
            "AdvancedOptions.RetainCloudAssistant",
            "AdvancedOptions.ImageNameSuffix",
            "ImportImageOptions.Architecture",
            "ImportImageOptions.OSType",
            "ImportImageOptions.Platform",
            "ImportImageOptions.BootMode",
            "ImportImageOptions.LicenseType",
            "ImportImageOptions.DiskDeviceMappings.N.OSSBucket",
            "ImportImageOptions.DiskDeviceMappings.N.OSSObject",
            "ImportImageOptions.DiskDeviceMappings.N.Format",
            "ImportImageOptions.DiskDeviceMappings.N.DiskImageSize",
            "ImportImageOptions.Features.NvmeSupport",
            "ImportImageOptions.Features.ImdsSupport",
            "ImportImageOptions.RetentionStrategy",
            "ImportImageOptions.RetainImportedImage",
            "ImportImageOptions.ImageName",
            "ImportImageOptions.Description",
            "ImportImageOptions.RoleName",
            "ImportImageOptions.ImportImageTags.N.Key",
            "ImportImageOptions.ImportImageTags.N.Value");

    private TemplateNames() {}

    /**
     * What is wrong with a name; empty for a known one. The server would silently ignore unknown names.
     *
     * @param value its value, for the message
     */
    static Optional<String> fault(String name, String value) {
        var general = name.replaceAll("\\.[0-9]+(?=\\.|$)", ".N");
        if (ALL.contains(general)) {
            return Optional.empty();
        }
        var quoted = "\"" + name + "\" ";
        var form = form(general, value);
        if (form.isPresent()) {
            return Optional.of(quoted + form.get());
        }
        var near = NearestName.of(general, ALL).orElseThrow();
        return Optional.of(quoted + "is no parameter of CreateImagePipeline; the nearest is " + near);
    }

    /** How to write a value whose name is right but whose form is wrong, such as a single value for a list. */
    private static Optional<String> form(String general, String value) {
        var one = general.replaceFirst("\\.N$", "");
        if (ALL.contains(one)) {
            return Optional.of("is in a list, but " + one + " is one value: write " + last(one) + ": " + value);
        }
        return ALL.stream()
                .sorted()
                .map(known -> form(known, general, value))
                .filter(form -> !form.isEmpty())
                .findFirst();
    }

    /** Empty when the name is not similar to the known one. */
    private static String form(String known, String general, String value) {
        var write = last(general) + ": ";
        var below = known.startsWith(general + ".") ? known.substring(general.length()) : "";
        if (below.equals(".N")) {
            return "is a list: write " + write + "[" + value + "]";
        }
        if (below.startsWith(".N.")) {
            return "is a list: write " + write + "[{" + below.substring(3) + ": …}]";
        }
        if (!below.isEmpty()) {
            return "has names of its own: write " + write + "{" + below.substring(1) + ": …}";
        }
        if (known.replaceFirst("\\.N(?=\\.)", "").equals(general)) {
            var list = known.substring(0, known.indexOf(".N."));
            return "is in a list, " + list + ": write " + last(list) + ": [{" + write + value + "}]";
        }
        return "";
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
