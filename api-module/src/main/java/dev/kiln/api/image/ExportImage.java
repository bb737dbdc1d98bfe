package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Field;
import dev.kiln.api.operation.Names;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.operation.Shape;
import dev.kiln.api.rpc.NewId;
import dev.kiln.image.ImageId;
import dev.kiln.region.RegionId;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** ExportImage. */
@Component
class ExportImage implements Operation<ExportImage.Begun> {

    /** The export that was started. */
    record Begun(String task, RegionId region) {}

    static final ErrorCode UNDER_WAY = new ErrorCode("ImageIsExporting", 403, "the image is being exported");
    private static final ErrorCode INVALID_PREFIX =
            new ErrorCode("InvalidOSSPrefix.Malformed", 400, "not 1 to 30 letters and digits");

    private static final Parameter<String> ID = Parameter.text("ImageId").required();
    private static final Parameter<String> BUCKET = Parameter.of("OSSBucket", Names.bucket())
            .code(BucketObjects.NO_BUCKET)
            .required();
    private static final Parameter<String> PREFIX = Parameter.of(
                    "OSSPrefix", Scalar.matching("[A-Za-z0-9]{1,30}", "1 to 30 letters and digits"))
            .code(INVALID_PREFIX);
    private static final Parameter<String> FORMAT =
            Parameter.of("ImageFormat", Scalar.oneOfInAnyCase("raw")).code(ImportImage.INVALID_FORMAT);

    private static final Declaration<Begun> DECLARATION = new Declaration<>(
            "ExportImage",
            "Writes an image of the account to a bucket of its region, as the object `[OSSPrefix_]ImageId_system`.",
            List.of(
                    REGION_ID,
                    ID,
                    BUCKET,
                    PREFIX,
                    FORMAT,
                    Parameter.text("RoleName").checked(),
                    DryRun.DRY_RUN),
            List.of(
                    INVALID_PREFIX,
                    ImportImage.INVALID_FORMAT,
                    BucketObjects.NO_BUCKET,
                    CopyImage.STATUS,
                    DeleteImage.UNDER_WAY,
                    UNDER_WAY,
                    Refusals.IMAGE_NOT_FOUND,
                    DryRun.PASSED),
            Shape.of(
                    Field.text("TaskId", Begun::task),
                    Field.text("RegionId", begun -> begun.region().value())));

    private final Images images;
    private final Exports exports;
    private final BucketObjects objects;
    private final TransactionTemplate transaction;

    ExportImage(Images images, Exports exports, BucketObjects objects, TransactionTemplate transaction) {
        this.images = images;
        this.exports = exports;
        this.objects = objects;
        this.transaction = transaction;
    }

    @Override
    public Declaration<Begun> declaration() {
        return DECLARATION;
    }

    @Override
    public Begun run(Call call) {
        var id = new ImageId(call.get(ID));
        var task = NewId.task();
        transaction.executeWithoutResult(status -> {
            var image = images.lockOwn(id, call.account(), call.get(REGION_ID))
                    .orElseThrow(() -> Refusals.imageNotFound(id.value()));
            check(image, call);
            DryRun.stop(call);
            var object = call.find(PREFIX).map(prefix -> prefix + "_").orElse("") + id + "_system";
            exports.add(task, image, call.get(BUCKET), object);
        });
        return new Begun(task, call.get(REGION_ID));
    }

    private void check(Image image, Call call) {
        objects.requireBucket(call.get(BUCKET), image.region(), call.account());
        if (!image.isAvailable()) {
            throw CopyImage.STATUS.because(
                    "The specified image is " + image.status() + ". Only an available one can be exported.");
        }
        CopyImage.refuseElsewhere(image);
        CopyImage.refuseRevocable(images, image.id());
        if (exports.areUnderWay(image.id())) {
            throw UNDER_WAY.because(
                    "The specified image " + image.id() + " is being exported already. Wait until that has ended.");
        }
    }
}
