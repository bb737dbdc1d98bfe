package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.REGION_ID;
import static dev.kiln.api.operation.Parameter.oneOf;
import static dev.kiln.api.operation.Parameter.text;

import dev.kiln.api.account.Quotas;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.operation.Tags;
import dev.kiln.api.operation.Values;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.ClientTokens;
import dev.kiln.api.rpc.NewId;
import dev.kiln.image.ImageId;
import dev.kiln.region.RegionId;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** ImportImage. */
@Component
class ImportImage implements Operation<ImportImage.Begun> {

    /** The import that was started. */
    record Begun(ImageId image, RegionId region) {}

    private static final ErrorCode INVALID_ARCHITECTURE =
            new ErrorCode("InvalidArchitecture.Malformed", 400, "not i386, x86_64 or arm64");
    private static final ErrorCode INVALID_PLATFORM =
            new ErrorCode("InvalidPlatform.Malformed", 400, "not among the vendor's platforms");
    private static final ErrorCode INVALID_OS_TYPE =
            new ErrorCode("InvalidOSType.Malformed", 400, "not linux: other images are not supported");
    static final ErrorCode INVALID_FORMAT = new ErrorCode("InvalidImageFormat.Malformed", 400, "an unknown format");
    private static final ErrorCode MISSING_DISK =
            new ErrorCode("MissingParameter.DiskDeviceMapping", 403, "no object to import is given");
    private static final ErrorCode DATA_DISK =
            new ErrorCode("InvalidDiskDeviceMapping", 400, "more than one disk: an image is one root file system");

    private static final Parameter<String> NAME =
            Parameter.of("ImageName", Names.image()).code(ModifyImage.INVALID_NAME);
    private static final Parameter<String> DESCRIPTION = Parameter.of("Description", Names.description())
            .code(ModifyImage.INVALID_DESCRIPTION)
            .or("");
    private static final Parameter<String> ARCHITECTURE =
            oneOf("Architecture", "i386", "x86_64", "arm64").code(INVALID_ARCHITECTURE);
    static final Parameter<String> PLATFORM =
            Parameter.of("Platform", Names.platform()).code(INVALID_PLATFORM).kept();

    private static final Parameter<String> BUCKET = Parameter.of("OSSBucket", Names.bucket())
            .code(BucketObjects.NO_BUCKET)
            .required();
    private static final Parameter<String> OBJECT = Parameter.of("OSSObject", Names.object())
            .code(BucketObjects.NO_OBJECT)
            .required();
    private static final Parameter<String> FORMAT =
            oneOf("Format", "RAW", "VHD", "QCOW2", "VMDK").code(INVALID_FORMAT).checked();

    private record Disk(String bucket, String object) {}

    private static final Parameter<List<Disk>> DISKS = Parameter.objects(
            "DiskDeviceMapping",
            List.of(
                    BUCKET,
                    OBJECT,
                    FORMAT,
                    Parameter.integer("DiskImageSize", 1, 2048).checked()),
            disk -> new Disk(disk.get(BUCKET), disk.get(OBJECT)),
            1,
            DATA_DISK);

    private static final Declaration<Begun> DECLARATION = new Declaration<Begun>(
                    "ImportImage",
                    "Makes an image from an object in a bucket. The answer comes at once; the image's Status shows its"
                            + " progress.",
                    List.of(
                            REGION_ID,
                            NAME,
                            DESCRIPTION,
                            ARCHITECTURE,
                            oneOf("OSType", "linux").code(INVALID_OS_TYPE),
                            PLATFORM,
                            ModifyImage.BOOT_MODE,
                            text("RoleName").checked(),
                            oneOf("LicenseType", "Auto", "Aliyun", "BYOL").kept(),
                            Parameter.of("ResourceGroupId", Names.elsewhere()).kept(),
                            DISKS,
                            Tags.TAG,
                            oneOf("DetectionStrategy", "Standard").checked(),
                            text("StorageLocationArn").checked(),
                            ModifyImage.NVME_SUPPORT,
                            ModifyImage.IMDS_SUPPORT,
                            DryRun.DRY_RUN,
                            ClientTokens.CLIENT_TOKEN),
                    List.of(
                            ModifyImage.INVALID_NAME,
                            ModifyImage.INVALID_DESCRIPTION,
                            BucketObjects.NO_OBJECT,
                            BucketObjects.NO_BUCKET,
                            INVALID_ARCHITECTURE,
                            INVALID_PLATFORM,
                            INVALID_OS_TYPE,
                            INVALID_FORMAT,
                            MISSING_DISK,
                            DATA_DISK,
                            Quotas.IMAGES,
                            ClientTokens.MISMATCH,
                            DryRun.PASSED),
                    Shape.of(
                            Field.text("ImageId", begun -> begun.image().value()),
                            Field.text("TaskId", begun -> Tasks.ofImport(begun.image())),
                            Field.text("RegionId", begun -> begun.region().value())))
            .on(ResourceType.IMAGE, "*");

    private final ClientTokens tokens;
    private final Images images;
    private final BucketObjects objects;
    private final Quotas quotas;

    ImportImage(ClientTokens tokens, Images images, BucketObjects objects, Quotas quotas) {
        this.tokens = tokens;
        this.images = images;
        this.objects = objects;
        this.quotas = quotas;
    }

    @Override
    public Declaration<Begun> declaration() {
        return DECLARATION;
    }

    @Override
    public Stream<ApiException> contradictions(Values given) {
        return given.isGiven(DISKS)
                ? Stream.empty()
                : Stream.of(Refusals.missing(MISSING_DISK, "DiskDeviceMapping.1.OSSBucket"));
    }

    @Override
    public Begun run(Call call) {
        var region = call.get(REGION_ID);
        var disk = call.get(DISKS).get(0);
        var object = BucketObjects.looked(() -> objects.require(disk.bucket(), disk.object(), region, call.account()));
        var made = tokens.once(call, NewId.image().value(), newId -> {
            var from = object.get().of(call.find(ARCHITECTURE));
            var image =
                    new Images.Upload(call.account(), region, call.find(NAME).orElse(newId), "", call.get(DESCRIPTION));
            quotas.image(call.account(), () -> {
                DryRun.stop(call);
                images.addImport(new ImageId(newId), image, from, call.get(Tags.TAG), call.kept());
            });
            return newId;
        });
        return new Begun(new ImageId(made), region);
    }
}
