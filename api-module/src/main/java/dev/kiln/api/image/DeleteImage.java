package dev.kiln.api.image;

import static dev.kiln.api.operation.Parameter.REGION_ID;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Done;
import dev.kiln.api.operation.Operation;
import dev.kiln.api.operation.Parameter;
import dev.kiln.image.ImageId;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** DeleteImage. */
@Component
class DeleteImage implements Operation<Done> {

    private static final ErrorCode SHARED =
            new ErrorCode("ImageUseShared", 403, "the image is shared, and Force is not true");
    static final ErrorCode UNDER_WAY =
            new ErrorCode("OperationDenied.ImageCopying", 403, "the image is being made, distributed or copied");

    private static final ErrorCode IMPORTING = new ErrorCode("ImageIsImporting", 403, "the image is being imported");

    private static final Parameter<String> ID = Parameter.text("ImageId").required();
    private static final Parameter<Boolean> FORCE = Parameter.flag("Force").or(false);

    private static final Declaration<Done> DECLARATION = new Declaration<>(
            "DeleteImage",
            "Deletes an image of the account.",
            List.of(REGION_ID, ID, FORCE, DryRun.DRY_RUN),
            List.of(SHARED, UNDER_WAY, IMPORTING, ExportImage.UNDER_WAY, Refusals.IMAGE_NOT_FOUND, DryRun.PASSED),
            Done.SHAPE);

    private final Images images;
    private final Exports exports;
    private final ImageRemoval removal;
    private final TransactionTemplate transaction;

    DeleteImage(Images images, Exports exports, ImageRemoval removal, TransactionTemplate transaction) {
        this.images = images;
        this.exports = exports;
        this.removal = removal;
        this.transaction = transaction;
    }

    @Override
    public Declaration<Done> declaration() {
        return DECLARATION;
    }

    @Override
    public Done run(Call call) {
        var region = call.get(REGION_ID);
        var id = new ImageId(call.get(ID));
        var force = call.get(FORCE);
        transaction.executeWithoutResult(status -> {
            var image =
                    images.lockOwn(id, call.account(), region).orElseThrow(() -> Refusals.imageNotFound(id.value()));
            check(image, force);
            DryRun.stop(call);
            images.markDeleted(id);
        });
        removal.remove(id, region);
        return Done.DONE;
    }

    private void check(Image image, boolean force) {
        if (exports.areUnderWay(image.id())) {
            throw ExportImage.UNDER_WAY.because(
                    "The specified image " + image.id() + " is being exported. Wait until that has ended.");
        }
        var underWay = image.state() == Image.State.PENDING || image.state() == Image.State.COPYING;
        if (underWay || images.isOfRunningExecution(image.id()) || images.isBeingCopied(image.id())) {
            throw (image.imported() && underWay ? IMPORTING : UNDER_WAY)
                    .because(
                            "The specified image " + image.id()
                                    + " is being made, imported, distributed or copied. Wait until that has ended, or cancel it.");
        }
        if (image.shared() && !force) {
            throw SHARED.because("The specified image " + image.id()
                    + " is shared with other accounts. Withdraw the shares first, or say Force=true.");
        }
    }
}
