package dev.kiln.cli;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/** The parameters of CreateImagePipeline (docs/api.md), as the wire calls them; {@code N} stands for numbers. */
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
     * What is wrong with a name; nothing when it is one of them. The server would take others for what it does not
     * need.
     */
    static Optional<String> fault(String name) {
        var general = name.replaceAll("\\.[0-9]+(?=\\.|$)", ".N");
        if (ALL.contains(general)) {
            return Optional.empty();
        }
        var near = ALL.stream()
                .min(Comparator.<String>comparingInt(known -> distance(known, general))
                        .thenComparing(known -> known))
                .orElseThrow();
        return Optional.of("\"" + name + "\" is no parameter of CreateImagePipeline; the nearest is " + near);
    }

    /** How many letters have to be changed, put in or taken out to make one of the other. */
    private static int distance(String one, String other) {
        var row = new int[other.length() + 1];
        for (int to = 0; to <= other.length(); to++) {
            row[to] = to;
        }
        for (int from = 1; from <= one.length(); from++) {
            int before = row[0];
            row[0] = from;
            for (int to = 1; to <= other.length(); to++) {
                int changed = before + (one.charAt(from - 1) == other.charAt(to - 1) ? 0 : 1);
                before = row[to];
                row[to] = Math.min(changed, 1 + Math.min(row[to], row[to - 1]));
            }
        }
        return row[other.length()];
    }
}
