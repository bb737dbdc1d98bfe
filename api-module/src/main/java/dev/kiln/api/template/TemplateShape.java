package dev.kiln.api.template;

import static dev.kiln.api.operation.Field.integer;
import static dev.kiln.api.operation.Field.object;
import static dev.kiln.api.operation.Field.objects;
import static dev.kiln.api.operation.Field.optional;
import static dev.kiln.api.operation.Field.text;
import static dev.kiln.api.operation.Field.texts;
import static dev.kiln.api.operation.Field.time;

import dev.kiln.account.AccountId;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.region.RegionId;
import dev.kiln.template.Tag;
import dev.kiln.template.Template;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The form of a template in answers. */
final class TemplateShape {

    private static final Shape<Template> ADVANCED_OPTIONS = Shape.of(
            text("ImageNameSuffix", template -> template.imageOptions().suffix() ? "" : "disable"),
            kept(TemplateParameters.RETAIN_ASSISTANT));

    private static final Shape<Template> IMAGE_OPTIONS = Shape.of(
            text("ImageName", template -> template.imageOptions().name()),
            text("ImageFamily", template -> template.imageOptions().family()),
            text("Description", template -> template.imageOptions().description()),
            object("ImageFeatures", template -> template, Shape.of(text("NvmeSupport", TemplateShape::nvme))),
            objects("ImageTags", "ImageTag", template -> template.imageOptions().tags(), Tags.SHAPE));

    private static final Shape<ImportParameters.Disk> DISK = Shape.of(
            text("OSSBucket", ImportParameters.Disk::bucket),
            text("OSSObject", ImportParameters.Disk::object),
            text("Format", disk -> disk.format().orElse("")),
            Field.leaf("DiskImageSize", "integer", ImportParameters.Disk::size));

    private static final Shape<Template> IMPORT_OPTIONS = Shape.of(
            kept(ImportParameters.ARCHITECTURE),
            kept(ImportParameters.OS_TYPE),
            text("Platform", TemplateShape::platform),
            text("BootMode", TemplateShape::bootMode),
            kept(ImportParameters.LICENSE_TYPE),
            objects("DiskDeviceMappings", "DiskDeviceMapping", template -> all(template, ImportParameters.DISKS), DISK),
            object(
                    "Features",
                    template -> template,
                    Shape.of(kept(ImportParameters.NVME_SUPPORT), kept(ImportParameters.IMDS_SUPPORT))),
            kept(ImportParameters.RETAIN),
            kept(ImportParameters.RETENTION),
            kept(ImportParameters.IMAGE_NAME),
            kept(ImportParameters.DESCRIPTION),
            kept(ImportParameters.ROLE),
            objects(
                    "ImportImageTags",
                    "ImportImageTag",
                    template -> all(template, ImportParameters.TAGS),
                    Shape.of(text("Key", Tag::key), text("Value", Tag::value))));

    static final Shape<Template> SHAPE = Shape.of(
            text("ImagePipelineId", template -> template.id().value()),
            text("Name", Template::name),
            text("Description", Template::description),
            time("CreationTime", Template::createdAt),
            kept(TemplateParameters.RESOURCE_GROUP),
            text("BaseImageType", template -> template.baseImageType().name()),
            text("BaseImage", Template::baseImage),
            text("BuildContent", Template::buildContent),
            text("TestContent", Template::testContent),
            kept(TemplateParameters.REPAIR_MODE),
            texts("RepairItems", "RepairItem", template -> all(template, TemplateParameters.REPAIR_ITEM)),
            kept(TemplateParameters.INSTANCE_TYPE),
            kept(TemplateParameters.V_SWITCH),
            integer("SystemDiskSize", Template::diskGib),
            integer("InternetMaxBandwidthOut", Template::networkMbit),
            kept(TemplateParameters.DELETE_INSTANCE),
            texts(
                    "ToRegionIds",
                    "ToRegionId",
                    template ->
                            template.toRegions().stream().map(RegionId::value).toList()),
            texts(
                    "AddAccounts",
                    "AddAccount",
                    template -> template.addAccounts().stream()
                            .map(AccountId::toString)
                            .toList()),
            objects("Tags", "Tag", Template::tags, Tags.SHAPE),
            text("ImageName", template -> template.imageOptions().name()),
            text("ImageFamily", template -> template.imageOptions().family()),
            text("NvmeSupport", TemplateShape::nvme),
            object("AdvancedOptions", template -> template, ADVANCED_OPTIONS),
            object("ImageOptions", template -> template, IMAGE_OPTIONS),
            optional("ImportImageOptions", TemplateShape::imported, IMPORT_OPTIONS));

    private TemplateShape() {}

    private static Field<Template> kept(Parameter<?> parameter) {
        return Field.kept(parameter, Template::kept);
    }

    private static <T> List<T> all(Template template, Parameter<List<T>> parameter) {
        return parameter.in(template.kept()).orElse(List.of());
    }

    private static String nvme(Template template) {
        return TemplateParameters.NVME_SUPPORT
                .in(template.kept())
                .or(() -> TemplateParameters.OLD_NVME_SUPPORT.in(template.kept()))
                .orElse("");
    }

    private static String platform(Template template) {
        return ImportParameters.PLATFORM
                .in(template.kept())
                .orElse(is(template.kept(), ImportParameters.OS_TYPE, "windows") ? "Other Windows" : "Others Linux");
    }

    private static String bootMode(Template template) {
        return is(template.kept(), ImportParameters.ARCHITECTURE, "arm64")
                ? "UEFI"
                : ImportParameters.BOOT_MODE.in(template.kept()).orElse("BIOS");
    }

    private static boolean is(Map<String, String> kept, Parameter<String> parameter, String value) {
        return parameter.in(kept).equals(Optional.of(value));
    }

    private static Optional<Template> imported(Template template) {
        return Optional.of(template).filter(one -> one.baseImageType() == Template.BaseImageType.OSS);
    }
}
